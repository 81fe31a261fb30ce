import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { hashSecret, randomSecret, sameSecret } from "../secret.ts";
import { approve, approvedRole, covers, type DeviceGrant, type DeviceNews, type DeviceRole, type PairingAsk, type PendingPairing, withRole } from "./device.ts";
import type { DeviceStore } from "./device-store.ts";

export interface LetInDeps {
  store: DeviceStore;
  clock: Clock;
  log: Logger;
  tell(news: DeviceNews): void;
  pendingTtlMs: number;
  maxPending: number;
  /** Raises `CONFLICT` when no further device may be paired. */
  roomFor(deviceId: string): void;
}

export interface LetIn {
  holds(deviceId: string, role: string, token: string): boolean;
  admit(ask: PairingAsk, how: { token?: string | undefined; mayApprove: boolean }): DeviceGrant | Promise<DeviceGrant>;
}

/** How exactly the last use of a token is stored. */
const lastUsedStepMs = 3_600_000;

/** Devices that connect: with their token, to get one, or to be told that somebody has to agree first. */
export function createLetIn({ store, clock, log, tell, pendingTtlMs, maxPending, roomFor }: LetInDeps): LetIn {
  const approvedOf = (deviceId: string, role: string): DeviceRole | undefined => approvedRole(store.device(deviceId), role);
  const holds = (deviceId: string, role: string, token: string): boolean =>
    sameSecret(hashSecret(token), approvedOf(deviceId, role)?.tokenHash ?? "") && token !== "";
  const requestOf = (deviceId: string) => store.pending().find((request) => request.deviceId === deviceId);
  const isEnough = (ask: PairingAsk): boolean => {
    const held = approvedOf(ask.deviceId, ask.role);
    return held !== undefined && covers(held.scopes, ask.scopes);
  };

  const touch = (deviceId: string, role: string): void => {
    const now = clock.now();
    if (now - (approvedOf(deviceId, role)?.lastUsedAt ?? 0) < lastUsedStepMs) return;
    const update = () => {
      const device = store.device(deviceId);
      const held = approvedRole(device, role);
      return { change: device && held ? { put: withRole(device, { ...held, lastUsedAt: now }) } : {}, result: undefined };
    };
    store.change(update).catch((error: unknown) => log.warn("the last use of a device was not stored", { deviceId, "pii.error": String(error) }));
  };

  /** Stores the request, unless the same one waits already. */
  const request = async (ask: PairingAsk): Promise<PendingPairing> => {
    const { waiting, made, before } = await store.change(() => {
      const before = requestOf(ask.deviceId);
      if (before && sameAsk(before, ask)) return { change: {}, result: { waiting: before, made: false, before: undefined } };
      const oldest = store.pending()[0];
      if (!before && oldest && store.pending().length >= maxPending)
        throw new TravelAgentError("RATE_LIMITED", "too many devices wait for approval: approve or reject some, or try again later", {
          retryAfterMs: Math.max(1000, oldest.ts + pendingTtlMs - clock.now()),
        });
      const made: PendingPairing = { ...ask, requestId: randomUUID(), isRepair: store.device(ask.deviceId) !== undefined, ts: clock.now() };
      return { change: { ask: made }, result: { waiting: made, made: true, before } };
    });
    if (before) tell({ type: "resolved", requestId: before.requestId, deviceId: before.deviceId, decision: "replaced", ts: clock.now() });
    if (made) tell({ type: "requested", request: waiting });
    return waiting;
  };

  const pairingRequired = async (ask: PairingAsk): Promise<TravelAgentError> => {
    const held = approvedOf(ask.deviceId, ask.role);
    const reason = store.device(ask.deviceId) === undefined ? "not-paired" : held === undefined ? "role-upgrade" : "scope-upgrade";
    const { requestId } = await request(ask);
    return new TravelAgentError("NOT_PAIRED", "pairing required", {
      details: { code: "PAIRING_REQUIRED", requestId, reason, hint: `an operator lets this device in with: travelagent devices approve ${requestId}` },
      retryAfterMs: 5000,
    });
  };

  const letIn = async (ask: PairingAsk, shown: string | undefined, mayApprove: boolean): Promise<DeviceGrant> => {
    const { role, deviceId } = ask;
    const token = shown ?? randomSecret();
    const outcome = await store.change(() => {
      const known = store.device(deviceId);
      const enough = isEnough(ask);
      // Somebody decided against it: that is not undone without somebody.
      const wasRevoked = known?.roles.some((one) => one.role === role && one.revokedAt !== undefined);
      if (!enough && (!mayApprove || wasRevoked)) return { change: {}, result: undefined };
      // What was shown was right when it was looked at; by now it may be another's, or none.
      if (shown !== undefined && !holds(deviceId, role, shown))
        throw new TravelAgentError("UNAUTHORIZED", "unauthorized: device token mismatch (it was changed just now)", {
          details: { code: "AUTH_DEVICE_TOKEN_MISMATCH" },
        });
      roomFor(deviceId);
      const device = enough && known ? known : approve(known, ask, clock.now());
      const held = approvedRole(device, role) as DeviceRole;
      const now = clock.now();
      const kept = shown === undefined ? { ...held, tokenHash: hashSecret(token), issuedAt: now, lastUsedAt: now } : held;
      const waiting = enough ? undefined : requestOf(deviceId);
      return {
        change: { put: withRole(device, kept), ...(enough ? {} : { answered: deviceId }) },
        result: { enough, waiting, issuedAt: kept.issuedAt ?? now },
      };
    });
    if (!outcome) throw await pairingRequired(ask);
    if (!outcome.enough) {
      log.info("a device of this machine was paired", { deviceId, role, scopes: ask.scopes });
      tell({ type: "resolved", requestId: outcome.waiting?.requestId ?? randomUUID(), deviceId, decision: "approved", ts: clock.now() });
    }
    return { token, issuedAt: outcome.issuedAt };
  };

  return {
    holds,
    admit(ask, { token, mayApprove }) {
      const held = approvedOf(ask.deviceId, ask.role);
      if (held && token !== undefined && covers(held.scopes, ask.scopes)) {
        touch(ask.deviceId, ask.role);
        return { token, issuedAt: held.issuedAt ?? clock.now() };
      }
      return letIn(ask, token, mayApprove);
    },
  };
}

const sameAsk = (a: PairingAsk, b: PairingAsk): boolean =>
  a.role === b.role && a.scopes.length === b.scopes.length && a.scopes.every((scope) => b.scopes.includes(scope));
