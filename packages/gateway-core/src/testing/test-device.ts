import { generateKeyPairSync, hash, sign } from "node:crypto";
import { type DevicePayloadForm, devicePayload } from "@travelagent/protocol";

/** The part of `connect` a device signs. */
export interface SignedConnect {
  client: { id: string; mode: string; platform: string; deviceFamily?: string };
  role?: string;
  scopes?: readonly string[];
  auth?: { token?: string; password?: string; deviceToken?: string };
}

export interface TestDevice {
  readonly id: string;
  readonly publicKey: string;
  sign(text: string): string;
  /** `connect.params.device` for these params. Without a nonce it is version 1, with one version 3 unless said otherwise. */
  prove(
    params: SignedConnect,
    how: { nonce?: string; signedAt: number; version?: 1 | 2 | 3 },
  ): {
    id: string;
    publicKey: string;
    signature: string;
    signedAt: number;
    nonce?: string;
  };
}

/** A device with a new key. */
export function testDevice(): TestDevice {
  const { publicKey: key, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from((key.export({ format: "jwk" }) as { x: string }).x, "base64url");
  const [id, publicKey] = [hash("sha256", raw, "hex"), raw.toString("base64url")];
  const signText = (text: string) => sign(null, Buffer.from(text), privateKey).toString("base64url");
  return {
    id,
    publicKey,
    sign: signText,
    prove({ client, role = "operator", scopes = [], auth = {} }, { nonce, signedAt, version = nonce === undefined ? 1 : 3 }) {
      const { platform, deviceFamily = "" } = client;
      const form: DevicePayloadForm =
        version === 1 ? { version } : version === 2 ? { version, nonce: nonce ?? "" } : { version, nonce: nonce ?? "", platform, deviceFamily };
      const fields = {
        deviceId: id,
        clientId: client.id,
        clientMode: client.mode,
        role,
        scopes,
        signedAtMs: signedAt,
        token: auth.token ?? auth.deviceToken ?? "",
      };
      return { id, publicKey, signature: signText(devicePayload(fields, form)), signedAt, ...(nonce === undefined ? {} : { nonce }) };
    },
  };
}
