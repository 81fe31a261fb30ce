import { type ConnectParams, devicePayload } from "@travelagent/protocol";

/** A device with an Ed25519 key of its own; the key may live wherever `sign` can reach it. */
export interface DeviceIdentity {
  /** SHA-256 of the raw public key, in hexadecimal. */
  readonly id: string;
  /** The raw 32 bytes in base64url. */
  readonly publicKey: string;
  /** The Ed25519 signature of this text as UTF-8, in base64url. */
  sign(text: string): string | Promise<string>;
}

/** A pair of keys as text: the raw public key and the PKCS #8 private key, both in base64url. The private one is a secret. */
export interface DeviceKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** What a paired device connects with; a secret, good for one gateway and one role. */
export interface DeviceToken {
  readonly token: string;
  readonly role: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issuedAtMs?: number;
}

export interface DeviceOptions {
  readonly identity: DeviceIdentity;
  /** The token that was saved for this gateway and role. Called before every connect. */
  readToken?(): string | undefined | Promise<string | undefined>;
  /** Called with every token that is new. What it raises is logged, and the device gets another one next time. */
  saveToken?(token: DeviceToken): void | Promise<void>;
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** New keys. Needs Web Crypto with Ed25519, which in browsers only secure pages have. */
export async function createDeviceKeys(): Promise<DeviceKeys> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as unknown as { publicKey: Key; privateKey: Key };
  const [publicKey, privateKey] = await Promise.all([crypto.subtle.exportKey("raw", pair.publicKey), crypto.subtle.exportKey("pkcs8", pair.privateKey)]);
  return { publicKey: toBase64Url(publicKey), privateKey: toBase64Url(privateKey) };
}

/** The identity these keys stand for. Rejects when they are none. Reads and writes nothing. */
export async function deviceIdentity({ publicKey, privateKey }: DeviceKeys): Promise<DeviceIdentity> {
  const raw = fromBase64Url(publicKey);
  const [key, digest] = await Promise.all([
    crypto.subtle.importKey("pkcs8", fromBase64Url(privateKey), "Ed25519", false, ["sign"]),
    crypto.subtle.digest("SHA-256", raw),
  ]);
  return {
    id: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    publicKey: toBase64Url(raw),
    sign: async (text) => toBase64Url(await crypto.subtle.sign("Ed25519", key, new TextEncoder().encode(text))),
  };
}

/** The parameters of `connect` with the device's token and its signature. `challenge` is absent where the gateway sent none. */
export async function withDevice(
  params: ConnectParams,
  { identity, readToken }: DeviceOptions,
  { nonce, signedAt }: { nonce: string | undefined; signedAt: number },
): Promise<ConnectParams> {
  const deviceToken = await readToken?.();
  const auth = { ...params.auth, ...(deviceToken ? { deviceToken } : {}) };
  const { client, role = "operator", scopes = [] } = params;
  const fields = {
    deviceId: identity.id,
    clientId: client.id,
    clientMode: client.mode,
    role,
    scopes,
    signedAtMs: signedAt,
    token: auth.token ?? auth.deviceToken ?? "",
  };
  // Version 2 is the one that every generation of gateways knows.
  const form = nonce === undefined ? ({ version: 1 } as const) : ({ version: 2, nonce } as const);
  const signature = await identity.sign(devicePayload(fields, form));
  return {
    ...params,
    ...(Object.keys(auth).length === 0 ? {} : { auth }),
    device: { id: identity.id, publicKey: identity.publicKey, signature, signedAt, ...(nonce === undefined ? {} : { nonce }) },
  };
}

function toBase64Url(bytes: ArrayBuffer | Uint8Array): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
