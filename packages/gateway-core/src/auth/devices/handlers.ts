import type { Handlers, PairedDevice, PairingRequest } from "@travelagent/protocol";
import { grantsOf } from "../../router/grants.ts";
import { approvedRole, type Device, type PendingPairing } from "./device.ts";
import type { Devices } from "./devices.ts";

/** Deciding about devices, on the wire. */
export function deviceHandlers(devices: Devices): Handlers {
  const by = ({ scopes, connectionId }: { scopes: readonly string[]; connectionId: string }) => ({ grants: grantsOf(scopes), connectionId });
  return {
    "device.pair.list": () => ({ pending: devices.pending().map(asRequest).reverse(), paired: devices.paired().map(asPaired).reverse() }),
    "device.pair.approve": async ({ requestId }, call) => ({ requestId, device: asPaired(await devices.approve(requestId, by(call))) }),
    "device.pair.reject": async ({ requestId }) => ({ requestId, ...(await devices.reject(requestId)) }),
    "device.pair.remove": async ({ deviceId, role }, call) => {
      await devices.remove(deviceId, role, by(call));
      return { deviceId };
    },
    "device.token.rotate": async ({ deviceId, role, scopes }, call) => {
      const { token, scopes: given, issuedAt } = await devices.rotate(deviceId, role, scopes, by(call));
      return { deviceId, role, token, scopes: [...given], rotatedAtMs: issuedAt };
    },
    "device.token.revoke": async ({ deviceId, role }, call) => ({ deviceId, role, revokedAtMs: (await devices.revoke(deviceId, role, by(call))).revokedAt }),
  };
}

/** A request as clients see it; also the payload of `device.pair.requested`. */
export const asRequest = ({ requestId, deviceId, publicKey, label, role, scopes, isRepair, ts }: PendingPairing): PairingRequest => ({
  requestId,
  deviceId,
  publicKey,
  ...label,
  role,
  roles: [role],
  scopes: [...scopes],
  ...(isRepair ? { isRepair } : {}),
  ts,
});

function asPaired(device: Device): PairedDevice {
  const { deviceId, publicKey, label, createdAt, approvedAt } = device;
  const roles = device.roles.filter(({ role }) => approvedRole(device, role)).map(({ role }) => role);
  return {
    deviceId,
    publicKey,
    ...label,
    ...(roles[0] === undefined ? {} : { role: roles[0] }),
    roles,
    scopes: [...(approvedRole(device, "operator")?.scopes ?? [])],
    createdAtMs: createdAt,
    approvedAtMs: approvedAt,
    tokens: device.roles.map(({ role, scopes, issuedAt, rotatedAt, revokedAt, lastUsedAt }) => ({
      role,
      scopes: [...scopes],
      ...(issuedAt === undefined ? {} : { createdAtMs: issuedAt }),
      ...(rotatedAt === undefined ? {} : { rotatedAtMs: rotatedAt }),
      ...(revokedAt === undefined ? {} : { revokedAtMs: revokedAt }),
      ...(lastUsedAt === undefined ? {} : { lastUsedAtMs: lastUsedAt }),
    })),
  };
}
