import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const entry = {
  id: "cns_1",
  kind: "withdrawal",
  channel: "sms",
  purpose: "*",
  agency: "main",
  peerId: "+34600111222",
  proof: { how: "message", text: "STOP\u001b[31m", messageId: "m1" },
  at: "2027-01-15T09:00:00.000Z",
  recordedAt: "2027-01-15T09:00:00.000Z",
};
const lines = [
  { kind: "messages", store: "messages", days: 30, before: "2027-01-01T00:00:00.000Z", removed: 3, kept: 1 },
  { kind: "audits", store: "audits", removed: 0, kept: 0 },
];

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
beforeEach(async () => {
  home = temporaryHome();
  gateway = await gatewayServer({
    "consents.list": () => ({ entries: [entry], current: [{ channel: "sms", purpose: "*", state: "withdrawn", since: entry.at }], disclosures: [] }),
    "consents.check": () => ({ allowed: false, code: "opted-out", reason: "the person wants no messages on sms" }),
    "consents.record": () => ({ entry: { ...entry, kind: "consent" } }),
    "consents.withdraw": () => ({ entry }),
    "privacy.retention.run": ({ dryRun }) => ({ runId: "r", dryRun, lines }),
    "privacy.retention.status": () => ({ running: false, nextAt: "2027-01-16T09:00:00.000Z" }),
  });
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});
const run = (...args: string[]) => cli(home.path, args, { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });

it("shows what a person wants to hear, and does not let their words steer the terminal", async () => {
  const { code, stdout } = await run("consents", "list", "--channel", "sms", "--peer", "+34600111222");
  expect(code).toBe(0);
  expect(gateway.calls[0]).toEqual({ method: "consents.list", params: { channel: "sms", peerId: "+34600111222", limit: 50 } });
  expect(stdout).toMatch(/sms +\* +withdrawn/);
  expect(stdout).not.toContain("\u001b");
  expect((await run("consents", "check", "--channel", "sms", "--peer", "+1", "--purpose", "service")).stdout).toBe("no: the person wants no messages on sms\n");
});

it("writes down consents with the text that was shown, and withdrawals of everything", async () => {
  expect((await run("consents", "record", "--customer", "cus_1", "--channel", "sms", "--purpose", "marketing")).code).toBe(2);
  await run("consents", "record", "--customer", "cus_1", "--channel", "sms", "--purpose", "marketing", "--text", "Offers by SMS?", "--how", "form");
  expect(gateway.calls.at(-1)).toMatchObject({
    method: "consents.record",
    params: { customerId: "cus_1", channel: "sms", purpose: "marketing", text: "Offers by SMS?", how: "form", idempotencyKey: expect.any(String) as string },
  });
  expect((await run("consents", "withdraw", "--customer", "cus_1", "--channel", "*", "--purpose", "everything")).stdout).toBe("withdrawal cns_1: * on sms\n");
  expect(gateway.calls.at(-1)).toMatchObject({ params: { channel: "*", purpose: "*" } });
});

it("removes what its time is over of, or only says so", async () => {
  expect((await run("privacy", "retention", "--dry-run")).stdout).toMatch(/WOULD GO[\s\S]*messages +30 days +2027-01-01 +3 +1[\s\S]*audits +no end/);
  expect(gateway.calls.at(-1)).toEqual({ method: "privacy.retention.run", params: { dryRun: true } });
  expect((await run("privacy", "retention")).stdout).toContain("REMOVED");
  expect((await run("privacy", "retention", "--status")).stdout).toBe("not running; next 2027-01-16T09:00:00.000Z\n");
});
