import { grantsOf } from "../../router/grants.ts";

/** What a device tells about itself, for people who decide. Nothing here is proven. */
export interface DeviceLabel {
  readonly displayName?: string;
  readonly platform?: string;
  readonly deviceFamily?: string;
  readonly clientId?: string;
  readonly clientMode?: string;
  readonly remoteIp?: string;
}

/** What a device wants to be; its key is proven. */
export interface PairingAsk {
  readonly deviceId: string;
  readonly publicKey: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly label: DeviceLabel;
}

/** An ask that waits for a person. */
export interface PendingPairing extends PairingAsk {
  readonly requestId: string;
  readonly isRepair: boolean;
  /** Milliseconds since the epoch. */
  readonly ts: number;
}

/** One role a device was given. Its token has the same scopes. */
export interface DeviceRole {
  readonly role: string;
  readonly scopes: readonly string[];
  /** Absent until the device connected after it was approved. */
  readonly tokenHash?: string;
  readonly issuedAt?: number;
  readonly rotatedAt?: number;
  /** There once the token was revoked: the role then has to be approved anew. */
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
}

export interface Device {
  readonly deviceId: string;
  readonly publicKey: string;
  readonly label: DeviceLabel;
  readonly createdAt: number;
  readonly approvedAt: number;
  readonly roles: readonly DeviceRole[];
}

export type DeviceNews =
  | { readonly type: "requested"; readonly request: PendingPairing }
  | {
      readonly type: "resolved";
      readonly requestId: string;
      readonly deviceId: string;
      readonly decision: "approved" | "rejected" | "replaced";
      readonly ts: number;
    }
  /** What the device, or one role of it, connected with is no longer good: its connections must go. `by` is the connection that asked for it. */
  | { readonly type: "revoked"; readonly deviceId: string; readonly role?: string; readonly by?: string };

/** Who decides about devices, with everything their scopes imply. Nobody hands out more than they have. */
export interface Decider {
  readonly grants: ReadonlySet<string>;
  readonly connectionId?: string;
}

/** What a device connects with from now on. */
export interface DeviceGrant {
  readonly token: string;
  readonly issuedAt: number;
}

/** The role with its scopes as long as it is good. */
export function approvedRole(device: Device | undefined, role: string): DeviceRole | undefined {
  const found = device?.roles.find((one) => one.role === role);
  return found?.revokedAt === undefined ? found : undefined;
}

/** The device with this role in place of the one of that name, if it had one. */
export const withRole = (device: Device, role: DeviceRole): Device => ({ ...device, roles: [...device.roles.filter((one) => one.role !== role.role), role] });

/** The device after a yes to this ask. What it was allowed before stays, except what was revoked. */
export function approve(known: Device | undefined, { deviceId, publicKey, label, role, scopes }: PairingAsk, now: number): Device {
  const before = approvedRole(known, role);
  const device: Device = known
    ? { ...known, publicKey, label: { ...known.label, ...label }, approvedAt: now }
    : { deviceId, publicKey, label, createdAt: now, approvedAt: now, roles: [] };
  return withRole(device, { ...(before ?? { role }), scopes: [...new Set([...(before?.scopes ?? []), ...scopes])].sort() });
}

/** Whether these scopes, with all they imply, are enough for those. */
export const covers = (held: readonly string[], wanted: readonly string[]): boolean => {
  const grants = grantsOf(held);
  return wanted.every((scope) => grants.has(scope));
};
