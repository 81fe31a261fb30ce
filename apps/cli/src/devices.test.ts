import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const phone = {
  deviceId: "aa11".repeat(16),
  publicKey: "k1",
  displayName: "Ana's \u001b[31mphone",
  platform: "ios",
  roles: ["operator"],
  scopes: ["operator.read"],
  createdAtMs: 1,
  approvedAtMs: 1,
  tokens: [{ role: "operator", scopes: ["operator.read"], lastUsedAtMs: Date.parse("2027-01-15T09:00:00Z") }],
};
const reception = {
  ...phone,
  deviceId: "aa22".repeat(16),
  displayName: "Reception",
  roles: ["operator", "node"],
  tokens: [phone.tokens[0], { role: "node", scopes: [], revokedAtMs: 5 }],
};
const request = {
  requestId: "req-1",
  deviceId: "bb33".repeat(16),
  publicKey: "k3",
  displayName: "New laptop",
  role: "operator",
  roles: ["operator"],
  scopes: ["operator.write"],
  remoteIp: "192.0.2.7",
  ts: 1,
};

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
beforeEach(async () => {
  home = temporaryHome();
  gateway = await gatewayServer({
    "device.pair.list": () => ({ pending: [request], paired: [phone, reception] }),
    "device.pair.approve": ({ requestId }) => {
      if (requestId !== "req-1") throw { code: "NOT_FOUND", message: "there is no such request" };
      return { requestId, device: { ...phone, ...request, tokens: [] } };
    },
    "device.pair.reject": ({ requestId }) => ({ requestId, deviceId: request.deviceId }),
    "device.pair.remove": ({ deviceId }) => ({ deviceId }),
    "device.token.rotate": ({ deviceId, role, scopes }) => ({ deviceId, role, token: "the-new-token", scopes: scopes ?? ["operator.read"], rotatedAtMs: 2 }),
    "device.token.revoke": ({ deviceId, role }) => ({ deviceId, role, revokedAtMs: 2 }),
  });
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});
const run = (...args: string[]) =>
  cli(home.path, ["devices", ...args], { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });
const last = () => gateway.calls.at(-1);

it("lists who waits and who is paired, without letting a device's name steer the terminal", async () => {
  const { code, stdout } = await run("list");
  expect(code).toBe(0);
  expect(stdout).toContain("req-1    bb33bb33bb33  New laptop  operator with operator.write  192.0.2.7");
  expect(stdout).toContain("aa11aa11aa11  Ana's [31mphone, ios  operator                  operator.read  2027-01-15T09:00:00.000Z");
  expect(stdout).toContain("operator, node (revoked)");
  expect(JSON.parse((await run("list", "--json")).stdout)).toEqual({ pending: [request], paired: [phone, reception] });
});

it("answers requests", async () => {
  expect(await run("approve", "req-1")).toMatchObject({ code: 0, stdout: "bb33bb33bb33 New laptop may connect as operator\n" });
  expect(await run("approve", "req-2")).toMatchObject({ code: 1, stderr: "NOT_FOUND: there is no such request\n" });
  expect(JSON.parse((await run("reject", "req-1", "--json")).stdout)).toEqual({ requestId: "req-1", deviceId: request.deviceId });
  expect((await run("approve")).code).toBe(2);
});

it("rotates, revokes and removes what the id begins with, and asks where that is not clear", async () => {
  expect((await run("rotate", "aa11", "--scope", "operator.read")).stdout).toBe("the-new-token\n");
  expect(last()).toEqual({ method: "device.token.rotate", params: { deviceId: phone.deviceId, role: "operator", scopes: ["operator.read"] } });
  expect(await run("revoke", "AA22")).toMatchObject({ code: 2, stderr: expect.stringContaining("--role") });
  expect((await run("revoke", "aa22", "--role", "node")).code).toBe(0);
  expect(last()).toEqual({ method: "device.token.revoke", params: { deviceId: reception.deviceId, role: "node" } });
  expect((await run("remove", "aa22", "--role", "node")).stdout).toBe("aa22aa22aa22 is forgotten as node\n");
  expect(last()).toEqual({ method: "device.pair.remove", params: { deviceId: reception.deviceId, role: "node" } });
  expect((await run("remove", "aa11", "--json")).stdout).toContain(phone.deviceId);
  expect(last()).toEqual({ method: "device.pair.remove", params: { deviceId: phone.deviceId } });
  expect((await run("remove", "aa")).code).toBe(2);
  expect((await run("remove", "cc")).code).toBe(1);
});
