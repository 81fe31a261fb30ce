import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { createDecisions, type DeviceDecisions } from "./decisions.ts";
import { approvedRole, type Device, type DeviceGrant, type DeviceNews, type PairingAsk, type PendingPairing } from "./device.ts";
import { createDeviceStore } from "./device-store.ts";
import { createLetIn } from "./let-in.ts";

/** Devices with a key of their own: which may connect, as what, and with which token. */
export interface Devices extends DeviceDecisions {
  /** Brings the tables up to date and reads them. Before the first connection. */
  start(): Promise<void>;
  /** Scopes of the role this device was given; undefined when it has to be paired first. */
  approvedScopes(deviceId: string, role: string): readonly string[] | undefined;
  /** Whether this is the device's token for that role. Takes the same time for every wrong one. */
  holds(deviceId: string, role: string, token: string): boolean;
  /**
   * Lets a device in whose identity and credentials were checked. With `token`, the right one it showed, it keeps that; otherwise
   * it gets a new one in place of the old. What goes beyond what it was given is approved at once with `mayApprove`, except
   * for a role that was revoked; else raises `NOT_PAIRED` with a `requestId` that waits for an operator. At once when nothing has to be stored.
   */
  admit(ask: PairingAsk, how: { token?: string | undefined; mayApprove: boolean }): DeviceGrant | Promise<DeviceGrant>;
  pending(): readonly PendingPairing[];
  paired(): readonly Device[];
  /** Called after every change is stored. Returns the function that ends the subscription. */
  onNews(listener: (news: DeviceNews) => void): () => void;
}

export interface DevicesOptions {
  db: Database;
  clock?: Clock;
  log?: Logger;
  /** How long a request waits for a person. Default 5 minutes. */
  pendingTtlMs?: number;
  /** Requests that wait at once. Default 100. */
  maxPending?: number;
  /** Default 1000. */
  maxPaired?: number;
}

export function createDevices(options: DevicesOptions): Devices {
  const { db, clock = systemClock, log = silentLogger, pendingTtlMs = 300_000, maxPending = 100, maxPaired = 1000 } = options;
  const store = createDeviceStore({ db, now: () => clock.now(), pendingTtlMs });
  const listeners = new Set<(news: DeviceNews) => void>();
  const tell = (news: DeviceNews) => {
    for (const listener of listeners) listener(news);
  };
  const roomFor = (deviceId: string): void => {
    if (store.device(deviceId) === undefined && store.devices().length >= maxPaired)
      throw new TravelAgentError("CONFLICT", "too many devices are paired: remove those that are no longer used");
  };

  return {
    start: () => store.open(),
    approvedScopes: (deviceId, role) => approvedRole(store.device(deviceId), role)?.scopes,
    ...createLetIn({ store, clock, log, tell, pendingTtlMs, maxPending, roomFor }),
    ...createDecisions({ store, clock, log, tell, roomFor }),
    pending: () => store.pending(),
    paired: () => store.devices(),
    onNews(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
