import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { hashSecret, randomSecret } from "../secret.ts";
import { approve, covers, type Decider, type Device, type DeviceGrant, type DeviceNews, type DeviceRole, type PendingPairing, withRole } from "./device.ts";
import type { DeviceStore } from "./device-store.ts";

export interface DecisionDeps {
  store: DeviceStore;
  clock: Clock;
  log: Logger;
  tell(news: DeviceNews): void;
  /** Raises `CONFLICT` when no further device may be paired. */
  roomFor(deviceId: string): void;
}

export interface DeviceDecisions {
  /** Raises `NOT_FOUND` for a request that is over, `FORBIDDEN` when it asks for more than the decider has. */
  approve(requestId: string, by: Decider): Promise<Device>;
  /** The device that asked. Raises `NOT_FOUND`. */
  reject(requestId: string): Promise<{ deviceId: string }>;
  /** The device, or one role of it. Raises `NOT_FOUND`. */
  remove(deviceId: string, role: string | undefined, by: Decider): Promise<void>;
  /** A new token in place of the old one, perhaps with fewer scopes. Raises `NOT_FOUND`, and `FORBIDDEN` for more scopes than the device or the decider has. */
  rotate(deviceId: string, role: string, scopes: readonly string[] | undefined, by: Decider): Promise<DeviceGrant & { scopes: readonly string[] }>;
  /** The role has to be approved anew. Raises `NOT_FOUND`. */
  revoke(deviceId: string, role: string, by: Decider): Promise<{ revokedAt: number }>;
}

/** What operators decide about devices. Each decision is stored before it is told. */
export function createDecisions({ store, clock, log, tell, roomFor }: DecisionDeps): DeviceDecisions {
  const resolved = ({ requestId, deviceId }: PendingPairing, decision: "approved" | "rejected") =>
    tell({ type: "resolved", requestId, deviceId, decision, ts: clock.now() });
  const unknownRequest = () => new TravelAgentError("NOT_FOUND", "there is no such request: it was answered or ran out; let the device connect again");
  const waitingFor = (requestId: string): PendingPairing => {
    const found = store.pending().find((one) => one.requestId === requestId);
    if (!found) throw unknownRequest();
    return found;
  };
  const knownDevice = (deviceId: string): Device => {
    const device = store.device(deviceId);
    if (!device) throw new TravelAgentError("NOT_FOUND", "no device with this id is paired: look at device.pair.list");
    return device;
  };
  const knownRole = (device: Device, role: string): DeviceRole => {
    const held = device.roles.find((one) => one.role === role);
    if (!held) throw new TravelAgentError("NOT_FOUND", `this device has no role ${role}`);
    return held;
  };
  const mayHandOut = (scopes: readonly string[], { grants }: Decider): void => {
    const missing = scopes.filter((scope) => !grants.has(scope));
    if (missing.length > 0)
      throw new TravelAgentError("FORBIDDEN", `missing scope: ${missing[0]} (nobody hands out more than they have)`, {
        details: { code: "MISSING_SCOPE", missingScope: missing[0], requiredScopes: missing },
      });
  };
  const revoked = (deviceId: string, role: string | undefined, { connectionId }: Decider) =>
    tell({ type: "revoked", deviceId, ...(role === undefined ? {} : { role }), ...(connectionId === undefined ? {} : { by: connectionId }) });

  return {
    async approve(requestId, by) {
      const { request: asked, device } = await store.change(() => {
        const request = waitingFor(requestId);
        mayHandOut(request.scopes, by);
        roomFor(request.deviceId);
        const device = approve(store.device(request.deviceId), request, clock.now());
        return { change: { put: device, answered: request.deviceId }, result: { request, device } };
      });
      log.info("a device was paired", { deviceId: asked.deviceId, role: asked.role, scopes: asked.scopes });
      resolved(asked, "approved");
      return device;
    },
    async reject(requestId) {
      const asked = await store.change(() => {
        const request = waitingFor(requestId);
        return { change: { answered: request.deviceId }, result: request };
      });
      resolved(asked, "rejected");
      return { deviceId: asked.deviceId };
    },
    async remove(deviceId, role, by) {
      const waiting = await store.change(() => {
        const device = knownDevice(deviceId);
        if (role !== undefined) knownRole(device, role);
        const roles = role === undefined ? [] : device.roles.filter((one) => one.role !== role);
        const change = roles.length === 0 ? { remove: deviceId } : { put: { ...device, roles } };
        return { change: { ...change, answered: deviceId }, result: store.pending().find((request) => request.deviceId === deviceId) };
      });
      log.info("a device was removed", { deviceId, role });
      if (waiting) resolved(waiting, "rejected");
      revoked(deviceId, role, by);
    },
    async rotate(deviceId, role, scopes, by) {
      const token = randomSecret();
      const outcome = await store.change(() => {
        const device = knownDevice(deviceId);
        const held = knownRole(device, role);
        if (held.revokedAt !== undefined) throw new TravelAgentError("NOT_FOUND", `the token of this device for ${role} was revoked: pair the device again`);
        const wanted = scopes ? [...new Set(scopes)].sort() : held.scopes;
        if (!covers(held.scopes, wanted))
          throw new TravelAgentError("FORBIDDEN", "a rotation gives no more scopes than the device has: let the device ask for them", {
            details: { code: "SCOPE_NOT_APPROVED" },
          });
        mayHandOut(wanted, by);
        const now = clock.now();
        const next: DeviceRole = { ...held, scopes: wanted, tokenHash: hashSecret(token), issuedAt: now, rotatedAt: now };
        return { change: { put: withRole(device, next) }, result: { issuedAt: now, scopes: wanted } };
      });
      log.info("the token of a device was rotated", { deviceId, role });
      revoked(deviceId, role, by);
      return { token, ...outcome };
    },
    async revoke(deviceId, role, by) {
      const outcome = await store.change(() => {
        const device = knownDevice(deviceId);
        const held = knownRole(device, role);
        if (held.revokedAt !== undefined) return { change: {}, result: { revokedAt: held.revokedAt } };
        const { tokenHash: _, ...rest } = held;
        const revokedAt = clock.now();
        return { change: { put: withRole(device, { ...rest, revokedAt }) }, result: { revokedAt } };
      });
      log.info("the token of a device was revoked", { deviceId, role });
      revoked(deviceId, role, by);
      return outcome;
    },
  };
}
