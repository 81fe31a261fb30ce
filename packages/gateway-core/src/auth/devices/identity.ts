import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { type ConnectParams, type DevicePayloadForm, devicePayload, TravelAgentError } from "@travelagent/protocol";

/** How far the device's clock may be from ours, either way. */
export const maxSkewMs = 600_000;

export interface DeviceFacts {
  /** What this very connection was challenged with. */
  readonly nonce: string;
  /** Straight from this machine: then, and below protocol 4, a device may leave the nonce out. */
  readonly local: boolean;
  readonly protocol: number;
  readonly role: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ProvenDevice {
  readonly deviceId: string;
  /** Base64url of the raw 32 bytes. */
  readonly publicKey: string;
}

/**
 * Whether a client has the key of the device it says it is, and signed exactly this connect. Raises `UNAUTHORIZED` with one of
 * the codes `DEVICE_AUTH_*` in its details. Says nothing about whether the device may connect.
 */
export function verifyDevice(params: ConnectParams, device: NonNullable<ConnectParams["device"]>, facts: DeviceFacts): ProvenDevice {
  const raw = Buffer.from(device.publicKey, "base64url");
  const key = raw.length === 32 ? ed25519(raw) : undefined;
  if (!key) throw refused("PUBLIC_KEY_INVALID", "device public key invalid: send the 32 bytes of an Ed25519 key in base64url");
  if (device.id !== hash("sha256", raw, "hex"))
    throw refused("DEVICE_ID_MISMATCH", "device identity mismatch: the id is the SHA-256 of the public key in hexadecimal");
  if (Math.abs(facts.now - device.signedAt) > maxSkewMs)
    throw refused("SIGNATURE_EXPIRED", "device signature expired: it is older or newer than ten minutes; set the device's clock right");
  if (device.nonce === undefined) {
    if (!facts.local || facts.protocol >= 4) throw refused("NONCE_REQUIRED", "device nonce required: sign the nonce of connect.challenge");
  } else if (device.nonce !== facts.nonce) {
    throw refused("NONCE_MISMATCH", "device nonce mismatch: sign the nonce of this connection's connect.challenge");
  }
  const signature = Buffer.from(device.signature, "base64url");
  const signed = signature.length === 64 && candidates(params, device, facts).some((payload) => verify(null, Buffer.from(payload), key, signature));
  if (!signed) throw refused("SIGNATURE_INVALID", "device signature invalid: sign id, client, role, scopes, time, token and nonce as they are sent");
  return { deviceId: device.id, publicKey: raw.toString("base64url") };
}

/** The texts the device may have signed: the form is not named on the wire. */
function candidates(params: ConnectParams, device: NonNullable<ConnectParams["device"]>, { role, protocol }: DeviceFacts): string[] {
  const { client, auth } = params;
  const { nonce } = device;
  const platform = client.platform;
  const deviceFamily = client.deviceFamily ?? "";
  const forms: DevicePayloadForm[] =
    nonce === undefined
      ? [{ version: 1 }]
      : [
          { version: 3, nonce, platform: plain(platform), deviceFamily: plain(deviceFamily) },
          { version: 2, nonce },
          { version: 3, nonce, platform, deviceFamily },
        ];
  const asked = params.scopes ?? [];
  // Who asks for nothing in protocol 3 gets everything, and may have signed that.
  const scopes = asked.length === 0 && role === "operator" && protocol === 3 ? [asked, ["operator.admin"]] : [asked];
  const fields = {
    deviceId: device.id,
    clientId: client.id,
    clientMode: client.mode,
    role,
    signedAtMs: device.signedAt,
    token: auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? "",
  };
  return [...new Set(scopes.flatMap((some) => forms.map((form) => devicePayload({ ...fields, scopes: some }, form))))];
}

/** As most clients write these two before they sign. */
const plain = (text: string): string => text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function ed25519(raw: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
  } catch {
    return undefined;
  }
}

const refused = (code: string, message: string): TravelAgentError =>
  new TravelAgentError("UNAUTHORIZED", message, { details: { code: `DEVICE_AUTH_${code}` } });
