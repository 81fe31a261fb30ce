import * as z from "zod";
import { id, str1 } from "./common.ts";
import { method } from "./define.ts";

const about = {
  deviceId: str1,
  publicKey: str1,
  displayName: str1.optional(),
  platform: str1.optional(),
  deviceFamily: str1.optional(),
  clientId: str1.optional(),
  clientMode: str1.optional(),
  remoteIp: str1.optional(),
  /** The first of `roles`, for clients that know one only. */
  role: str1.optional(),
  roles: z.array(str1),
  /** Of the role operator. */
  scopes: z.array(str1),
};

/** A device that waits for an operator's yes, for five minutes. */
export const PairingRequest = z.looseObject({
  requestId: str1,
  ...about,
  /** The device was paired before and asks for more, or again. */
  isRepair: z.boolean().optional(),
  ts: z.int(),
});
export type PairingRequest = z.infer<typeof PairingRequest>;

/** A device that may connect with a token of its own. Times are milliseconds since the epoch. */
export const PairedDevice = z.looseObject({
  ...about,
  createdAtMs: z.int(),
  approvedAtMs: z.int(),
  /** One for each role. A token itself is never shown again. */
  tokens: z.array(
    z.looseObject({
      role: str1,
      scopes: z.array(str1),
      createdAtMs: z.int().optional(),
      rotatedAtMs: z.int().optional(),
      revokedAtMs: z.int().optional(),
      lastUsedAtMs: z.int().optional(),
    }),
  ),
});
export type PairedDevice = z.infer<typeof PairedDevice>;

export const deviceMethods = {
  "device.pair.list": method({
    scope: "operator.pairing",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ pending: z.array(PairingRequest), paired: z.array(PairedDevice) }),
  }),
  "device.pair.approve": method({
    scope: "operator.pairing",
    params: z.strictObject({ requestId: id }),
    result: z.looseObject({ requestId: str1, device: PairedDevice }),
  }),
  "device.pair.reject": method({
    scope: "operator.pairing",
    params: z.strictObject({ requestId: id }),
    result: z.looseObject({ requestId: str1, deviceId: str1 }),
  }),
  /** Without a role the whole device goes. */
  "device.pair.remove": method({
    scope: "operator.pairing",
    params: z.strictObject({ deviceId: id, role: id.optional() }),
    result: z.looseObject({ deviceId: str1 }),
  }),
  /** The new token is in the answer and nowhere else. `scopes` may be fewer than the device has, never more. */
  "device.token.rotate": method({
    scope: "operator.pairing",
    params: z.strictObject({ deviceId: id, role: id, scopes: z.array(str1).max(20).optional() }),
    result: z.looseObject({ deviceId: str1, role: str1, token: str1, scopes: z.array(str1), rotatedAtMs: z.int() }),
  }),
  "device.token.revoke": method({
    scope: "operator.pairing",
    params: z.strictObject({ deviceId: id, role: id }),
    result: z.looseObject({ deviceId: str1, role: str1, revokedAtMs: z.int() }),
  }),
} as const;
