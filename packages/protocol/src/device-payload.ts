/** What a device signs when it connects, so that nobody else can connect in its name or change what it asks for. */
export interface DevicePayloadFields {
  /** SHA-256 of the raw public key, in hexadecimal. */
  readonly deviceId: string;
  readonly clientId: string;
  readonly clientMode: string;
  readonly role: string;
  /** As they stand in `connect.params.scopes`. */
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly signedAtMs: number;
  /** Of `connect.params.auth`: `token`, else `deviceToken`, else `bootstrapToken`, else empty. */
  readonly token: string;
}

/** Version 1 has no nonce and is good on a loopback address only; 3 also binds what the device says it runs on. */
export type DevicePayloadForm =
  | { readonly version: 1 }
  | { readonly version: 2; readonly nonce: string }
  | { readonly version: 3; readonly nonce: string; readonly platform: string; readonly deviceFamily: string };

/** The text to sign, as UTF-8, with the Ed25519 key of the device. */
export function devicePayload(fields: DevicePayloadFields, form: DevicePayloadForm): string {
  const { deviceId, clientId, clientMode, role, scopes, signedAtMs, token } = fields;
  const further = form.version === 1 ? [] : form.version === 2 ? [form.nonce] : [form.nonce, form.platform, form.deviceFamily];
  return [`v${form.version}`, deviceId, clientId, clientMode, role, scopes.join(","), String(signedAtMs), token, ...further].join("|");
}
