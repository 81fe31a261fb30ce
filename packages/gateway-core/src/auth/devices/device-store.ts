import type { Database } from "@travelagent/protocol/ports";
import type { Device, PendingPairing } from "./device.ts";
import { deleteDevice, deleteRequest, deleteRequestsBefore, readDevices, writeDevice, writeRequest } from "./device-rows.ts";
import { deviceMigrations } from "./tables.ts";

/** What one change does to the tables; all of it or nothing. */
export interface DeviceChange {
  readonly put?: Device;
  /** Of a device that goes. */
  readonly remove?: string;
  readonly ask?: PendingPairing;
  /** Device whose request is over. */
  readonly answered?: string;
}

/** Devices and requests: durable in the database, read from memory. One process writes them. */
export interface DeviceStore {
  /** Before anything else. */
  open(): Promise<void>;
  device(deviceId: string): Device | undefined;
  devices(): readonly Device[];
  /** Requests that have not run out, oldest first. */
  pending(): readonly PendingPairing[];
  /**
   * Decides on what is known now and stores the outcome before it resolves; one change after the other. What `decide` raises
   * changes nothing.
   */
  change<T>(decide: () => { change: DeviceChange; result: T }): Promise<T>;
}

export function createDeviceStore({ db, now, pendingTtlMs }: { db: Database; now: () => number; pendingTtlMs: number }): DeviceStore {
  const devices = new Map<string, Device>();
  /** By device: each has one at most. */
  const requests = new Map<string, PendingPairing>();
  let last: Promise<unknown> = Promise.resolve();

  const prune = () => {
    for (const [deviceId, { ts }] of requests) if (now() - ts >= pendingTtlMs) requests.delete(deviceId);
  };

  const apply = async <T>(decide: () => { change: DeviceChange; result: T }): Promise<T> => {
    prune();
    const { change, result } = decide();
    const { put, remove, ask, answered } = change;
    if (!put && !ask && remove === undefined && answered === undefined) return result;
    await db.transaction(async (tx) => {
      await deleteRequestsBefore(tx, now() - pendingTtlMs);
      if (put) await writeDevice(tx, put);
      if (remove !== undefined) await deleteDevice(tx, remove);
      if (answered !== undefined) await deleteRequest(tx, answered);
      if (ask) await writeRequest(tx, ask);
    });
    if (put) devices.set(put.deviceId, put);
    if (remove !== undefined) devices.delete(remove);
    if (answered !== undefined) requests.delete(answered);
    if (ask) requests.set(ask.deviceId, ask);
    return result;
  };

  return {
    async open() {
      await db.migrate("devices", deviceMigrations);
      const known = await readDevices(db);
      for (const device of known.devices) devices.set(device.deviceId, device);
      for (const request of known.pending) requests.set(request.deviceId, request);
    },
    device: (deviceId) => devices.get(deviceId),
    devices: () => [...devices.values()],
    pending() {
      prune();
      return [...requests.values()];
    },
    change(decide) {
      const outcome = last.then(() => apply(decide));
      last = outcome.catch(() => {});
      return outcome;
    },
  };
}
