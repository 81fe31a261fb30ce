import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import type { Device, DeviceLabel, DeviceRole, PendingPairing } from "./device.ts";

/** Everything in the tables. They are small, and read once. */
export async function readDevices(db: Database): Promise<{ devices: Device[]; pending: PendingPairing[] }> {
  const [devices, roles, requests] = [
    await db.all("select * from device order by created_at, id"),
    await db.all("select * from device_role order by device_id, role"),
    await db.all("select * from device_request order by ts, id"),
  ];
  return {
    devices: devices.map((row) => ({
      deviceId: text(row.id),
      publicKey: text(row.public_key),
      label: JSON.parse(text(row.label)) as DeviceLabel,
      createdAt: Number(row.created_at),
      approvedAt: Number(row.approved_at),
      roles: roles.filter(({ device_id }) => device_id === row.id).map(asRole),
    })),
    pending: requests.map((row) => ({
      requestId: text(row.id),
      deviceId: text(row.device_id),
      publicKey: text(row.public_key),
      label: JSON.parse(text(row.label)) as DeviceLabel,
      role: text(row.role),
      scopes: JSON.parse(text(row.scopes)) as string[],
      isRepair: Number(row.is_repair) === 1,
      ts: Number(row.ts),
    })),
  };
}

/** The device as it is, its roles included. */
export async function writeDevice(tx: Tx, { deviceId, publicKey, label, createdAt, approvedAt, roles }: Device): Promise<void> {
  await deleteDevice(tx, deviceId);
  await tx.run(
    "insert into device (id, public_key, label, created_at, approved_at) values (?, ?, ?, ?, ?)",
    deviceId,
    publicKey,
    JSON.stringify(label),
    createdAt,
    approvedAt,
  );
  for (const { role, scopes, tokenHash, issuedAt, rotatedAt, revokedAt, lastUsedAt } of roles)
    await tx.run(
      "insert into device_role (device_id, role, scopes, token_hash, issued_at, rotated_at, revoked_at, last_used_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
      deviceId,
      role,
      JSON.stringify(scopes),
      tokenHash ?? null,
      issuedAt ?? null,
      rotatedAt ?? null,
      revokedAt ?? null,
      lastUsedAt ?? null,
    );
}

export async function deleteDevice(tx: Tx, deviceId: string): Promise<void> {
  await tx.run("delete from device_role where device_id = ?", deviceId);
  await tx.run("delete from device where id = ?", deviceId);
}

/** In place of the one this device had. */
export async function writeRequest(tx: Tx, { requestId, deviceId, publicKey, label, role, scopes, isRepair, ts }: PendingPairing): Promise<void> {
  await deleteRequest(tx, deviceId);
  await tx.run(
    "insert into device_request (id, device_id, public_key, label, role, scopes, is_repair, ts) values (?, ?, ?, ?, ?, ?, ?, ?)",
    requestId,
    deviceId,
    publicKey,
    JSON.stringify(label),
    role,
    JSON.stringify(scopes),
    isRepair ? 1 : 0,
    ts,
  );
}

export async function deleteRequest(tx: Tx, deviceId: string): Promise<void> {
  await tx.run("delete from device_request where device_id = ?", deviceId);
}

export async function deleteRequestsBefore(tx: Tx, ts: number): Promise<void> {
  await tx.run("delete from device_request where ts <= ?", ts);
}

const text = (value: unknown): string => String(value);

function asRole(row: Row): DeviceRole {
  const tokenHash = row.token_hash === null ? {} : { tokenHash: text(row.token_hash) };
  return {
    role: text(row.role),
    scopes: JSON.parse(text(row.scopes)) as string[],
    ...tokenHash,
    ...time("issuedAt", row.issued_at),
    ...time("rotatedAt", row.rotated_at),
    ...time("revokedAt", row.revoked_at),
    ...time("lastUsedAt", row.last_used_at),
  };
}

const time = (name: "issuedAt" | "rotatedAt" | "revokedAt" | "lastUsedAt", value: unknown): Partial<DeviceRole> =>
  value === null || value === undefined ? {} : { [name]: Number(value) };
