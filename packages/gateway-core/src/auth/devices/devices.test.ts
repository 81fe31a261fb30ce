import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { grantsOf } from "../../router/grants.ts";
import type { DeviceNews, PairingAsk } from "./device.ts";
import { createDevices, type DevicesOptions } from "./devices.ts";

const open: OpenDatabase[] = [];
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
});

const admin = { grants: grantsOf(["operator.admin"]) };
const ask = (deviceId: string, change: Partial<PairingAsk> = {}): PairingAsk => ({
  deviceId,
  publicKey: `key-${deviceId}`,
  role: "operator",
  scopes: ["operator.read"],
  label: { displayName: "Ana's phone", platform: "ios" },
  ...change,
});
const failure = async (run: Promise<unknown>): Promise<TravelAgentError> => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!TravelAgentError.is(error)) throw new Error(`expected a failure, not ${String(error)}`);
  return error;
};

async function bench(options: Partial<DevicesOptions> = {}) {
  const db = openDatabase({ path: ":memory:" });
  open.push(db);
  const clock = fakeClock();
  const start = async () => {
    const devices = createDevices({ db, clock, ...options });
    await devices.start();
    return devices;
  };
  const devices = await start();
  const news: DeviceNews[] = [];
  devices.onNews((one) => news.push(one));
  const request = async (wanted: PairingAsk) => {
    const { code, details } = await failure((async () => devices.admit(wanted, { mayApprove: false }))());
    expect(code).toBe("NOT_PAIRED");
    return (details as { requestId: string }).requestId;
  };
  const pair = async (wanted: PairingAsk) => {
    await devices.approve(await request(wanted), admin);
    return devices.admit(wanted, { mayApprove: false });
  };
  return { db, clock, devices, news, request, pair, restart: start };
}

describe("pairing", () => {
  it("asks an operator, then gives a token that is good for this device and role alone", async () => {
    const { devices, request, news } = await bench();
    const requestId = await request(ask("d1"));
    expect(devices.pending()).toMatchObject([{ requestId, deviceId: "d1", role: "operator", isRepair: false }]);
    await devices.approve(requestId, admin);
    const { token } = await devices.admit(ask("d1"), { mayApprove: false });
    await devices.admit(ask("d2"), { mayApprove: true });
    expect([devices.holds("d1", "operator", token), devices.holds("d1", "node", token), devices.holds("d2", "operator", token)]).toEqual([true, false, false]);
    expect([devices.holds("d1", "operator", ""), devices.holds("d3", "operator", ""), devices.holds("d1", "operator", `${token}x`)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(news.map(({ type }) => type)).toEqual(["requested", "resolved", "resolved"]);
  });

  it("keeps what it knows over a restart, and no token in it", async () => {
    const { db, pair, request, restart } = await bench();
    const { token } = await pair(ask("d1"));
    const requestId = await request(ask("d2"));
    const again = await restart();
    expect(again.holds("d1", "operator", token)).toBe(true);
    expect(again.paired()).toMatchObject([{ deviceId: "d1", publicKey: "key-d1", label: { displayName: "Ana's phone" } }]);
    expect(again.pending()).toMatchObject([{ requestId, deviceId: "d2" }]);
    const rows = [await db.all("select * from device"), await db.all("select * from device_role"), await db.all("select * from device_request")];
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("gives a device that shows its token that one again, and a new one in its place to one that shows none", async () => {
    const { devices, pair } = await bench();
    const first = await pair(ask("d1"));
    expect(devices.admit(ask("d1"), { token: first.token, mayApprove: false })).toEqual(first);
    const second = await devices.admit(ask("d1"), { mayApprove: false });
    expect([devices.holds("d1", "operator", first.token), devices.holds("d1", "operator", second.token)]).toEqual([false, true]);
  });

  it("keeps one request of a device, and replaces it when the device asks for something else", async () => {
    const { devices, request, news } = await bench();
    const first = await request(ask("d1"));
    expect(await request(ask("d1"))).toBe(first);
    const wider = await request(ask("d1", { scopes: ["operator.admin"] }));
    expect(wider).not.toBe(first);
    expect(devices.pending()).toHaveLength(1);
    expect((await failure(devices.approve(first, admin))).code).toBe("NOT_FOUND");
    expect(news).toMatchObject([{ type: "requested" }, { type: "resolved", requestId: first, decision: "replaced" }, { type: "requested" }]);
  });

  it("forgets requests after five minutes, and those that were rejected", async () => {
    const { db, devices, request, clock, restart } = await bench();
    const old = await request(ask("d1"));
    await clock.advance(299_999);
    expect(devices.pending()).toHaveLength(1);
    await clock.advance(1);
    expect(devices.pending()).toEqual([]);
    expect((await failure(devices.approve(old, admin))).code).toBe("NOT_FOUND");
    const rejected = await request(ask("d2"));
    expect(await devices.reject(rejected)).toEqual({ deviceId: "d2" });
    expect((await failure(devices.approve(rejected, admin))).code).toBe("NOT_FOUND");
    expect((await restart()).pending()).toEqual([]);
    expect(await db.all("select * from device_request")).toEqual([]);
  });

  it("lets so many wait and no more, and so many in", async () => {
    const { devices, request } = await bench({ maxPending: 2, maxPaired: 1 });
    const first = await request(ask("d1"));
    await request(ask("d2"));
    expect(await failure((async () => devices.admit(ask("d3"), { mayApprove: false }))())).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 300_000 });
    await devices.approve(first, admin);
    await request(ask("d3"));
    expect((await failure((async () => devices.admit(ask("d4"), { mayApprove: true }))())).code).toBe("CONFLICT");
  });

  it("asks again for a wider role or scope, and approves itself only where that is allowed", async () => {
    const { devices, pair, request } = await bench();
    const { token } = await pair(ask("d1"));
    expect((await failure((async () => devices.admit(ask("d1", { scopes: ["operator.write"] }), { token, mayApprove: false }))())).details).toMatchObject({
      code: "PAIRING_REQUIRED",
      reason: "scope-upgrade",
    });
    expect((await failure((async () => devices.admit(ask("d1", { role: "node", scopes: [] }), { mayApprove: false }))())).details).toMatchObject({
      reason: "role-upgrade",
    });
    await devices.approve(await request(ask("d1", { scopes: ["operator.write"] })), admin);
    expect(devices.approvedScopes("d1", "operator")).toEqual(["operator.read", "operator.write"]);
    expect(devices.admit(ask("d1", { scopes: ["operator.write"] }), { token, mayApprove: false })).toMatchObject({ token });
    await devices.admit(ask("d1", { role: "node", scopes: [] }), { mayApprove: true });
    expect(devices.approvedScopes("d1", "node")).toEqual([]);
    expect(devices.paired()).toHaveLength(1);
  });

  it("lets nobody hand out more than they have", async () => {
    const { devices, request, pair } = await bench();
    const pairing = { grants: grantsOf(["operator.pairing"]) };
    const wide = await request(ask("d1", { scopes: ["operator.admin"] }));
    expect(await failure(devices.approve(wide, pairing))).toMatchObject({ code: "FORBIDDEN", details: { missingScope: "operator.admin" } });
    expect(devices.pending()).toHaveLength(1);
    await pair(ask("d2", { scopes: ["operator.admin"] }));
    expect((await failure(devices.rotate("d2", "operator", undefined, pairing))).code).toBe("FORBIDDEN");
    expect((await devices.rotate("d2", "operator", ["operator.pairing"], pairing)).scopes).toEqual(["operator.pairing"]);
  });
});

describe("tokens and roles that end", () => {
  it("by rotation: the old one is dead, the new one is told, with no more scopes than before", async () => {
    const { devices, pair, news } = await bench();
    const before = await pair(ask("d1", { scopes: ["operator.write"] }));
    expect((await failure(devices.rotate("d1", "operator", ["operator.admin"], admin))).code).toBe("FORBIDDEN");
    expect(devices.holds("d1", "operator", before.token)).toBe(true);
    const after = await devices.rotate("d1", "operator", ["operator.read"], admin);
    expect([devices.holds("d1", "operator", before.token), devices.holds("d1", "operator", after.token)]).toEqual([false, true]);
    expect(devices.approvedScopes("d1", "operator")).toEqual(["operator.read"]);
    expect(news.at(-1)).toEqual({ type: "revoked", deviceId: "d1", role: "operator" });
  });

  it("by revocation: the role has to be approved anew", async () => {
    const { devices, pair, news, restart, request } = await bench();
    const { token } = await pair(ask("d1"));
    const { revokedAt } = await devices.revoke("d1", "operator", { ...admin, connectionId: "c9" });
    expect(news.at(-1)).toEqual({ type: "revoked", deviceId: "d1", role: "operator", by: "c9" });
    expect(devices.holds("d1", "operator", token)).toBe(false);
    expect((await restart()).holds("d1", "operator", token)).toBe(false);
    expect(await devices.revoke("d1", "operator", admin)).toEqual({ revokedAt });
    expect((await failure(devices.rotate("d1", "operator", undefined, admin))).code).toBe("NOT_FOUND");
    expect((await failure((async () => devices.admit(ask("d1"), { mayApprove: true }))())).code).toBe("NOT_PAIRED");
    const again = await request(ask("d1", { scopes: [] }));
    await devices.approve(again, admin);
    expect(devices.approvedScopes("d1", "operator")).toEqual([]);
  });

  it("by removal, of a role or of the device", async () => {
    const { devices, pair, news } = await bench();
    await pair(ask("d1"));
    await pair(ask("d1", { role: "node", scopes: [] }));
    await devices.remove("d1", "node", admin);
    expect(news.at(-1)).toEqual({ type: "revoked", deviceId: "d1", role: "node" });
    expect([devices.approvedScopes("d1", "node"), devices.approvedScopes("d1", "operator")]).toEqual([undefined, ["operator.read"]]);
    expect((await failure(devices.remove("d1", "node", admin))).code).toBe("NOT_FOUND");
    await devices.remove("d1", undefined, admin);
    expect(devices.paired()).toEqual([]);
    expect(news.at(-1)).toEqual({ type: "revoked", deviceId: "d1" });
    expect((await failure(devices.remove("d1", undefined, admin))).code).toBe("NOT_FOUND");
  });

  it("before a connect that shows one was stored, refuse it", async () => {
    const { devices, pair } = await bench();
    const { token } = await pair(ask("d1"));
    const wider = ask("d1", { scopes: ["operator.write"] });
    const [revoked, refused] = [devices.revoke("d1", "operator", admin), failure((async () => devices.admit(wider, { token, mayApprove: true }))())];
    await revoked;
    expect(["UNAUTHORIZED", "NOT_PAIRED"]).toContain((await refused).code);
    expect(devices.approvedScopes("d1", "operator")).toBeUndefined();
  });

  it("are noted when they were last used, to the hour", async () => {
    const { devices, pair, clock } = await bench();
    const { token } = await pair(ask("d1"));
    const used = () => devices.paired()[0]?.roles[0]?.lastUsedAt;
    const first = used();
    await clock.advance(1000);
    await devices.admit(ask("d1"), { token, mayApprove: false });
    expect(used()).toBe(first);
    await clock.advance(3_600_000);
    await devices.admit(ask("d1"), { token, mayApprove: false });
    await expect.poll(used).toBe(clock.now());
  });
});
