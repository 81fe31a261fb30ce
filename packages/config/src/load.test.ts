// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfigFile, openCredentials, requireConfig } from "./index.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "config-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = async (name: string, text: string) => {
  await mkdir(dirname(join(dir, name)), { recursive: true });
  await writeFile(join(dir, name), text);
  return join(dir, name);
};
const lines = (snapshot: { issues: { path: string; message: string }[] }) => snapshot.issues.map(({ path, message }) => `${path}: ${message}`);

const sample = `{
  // one travel agency
  agents: {
    defaults: { workspace: "~/.travelagent/workspace" },
    list: [
      { id: "booking", identity: "You help customers find and book travel.", workspace: "~/.travelagent/workspace/booking" },
      { id: "service", identity: "You look after customers before and during their trip.", workspace: "~/.travelagent/workspace/service" },
    ],
  },
  channels: {
    whatsapp: { allowFrom: ["+34600111222"], groups: { "*": { requireMention: true } } },
    booking: {
      amadeus: { apiKey: "\${AMADEUS_API_KEY}", apiSecret: "\${AMADEUS_API_SECRET}" },
      sabre: { clientId: "agency", clientSecret: "\${SABRE_CLIENT_SECRET}" },
    },
    crm: { provider: "rest", apiUrl: "https://crm.example.com/api", apiKey: "\${CRM_API_KEY}" },
  },
  cron: {
    enabled: true,
    jobs: [
      { name: "price-watch", schedule: { kind: "every", everyMs: 3600000 }, payload: { kind: "agentTurn", message: "Check the prices of open trips." }, sessionTarget: "isolated" },
      { name: "reminders", schedule: { kind: "cron", expr: "0 9 * * *", tz: "Europe/Madrid" }, payload: { kind: "systemEvent", text: "Remind tomorrow's travellers." }, sessionTarget: "main" },
    ],
  },
}`;

describe("loadConfigFile", () => {
  it("takes a missing file as the defaults", async () => {
    const snapshot = await loadConfigFile(join(dir, "none.json"), {});
    expect(snapshot).toMatchObject({ exists: false, raw: "", hash: "", parsed: {}, issues: [] });
    expect(requireConfig(snapshot).gateway.port).toBe(18_789);
  });

  it("loads a travel agency's file with comments, trailing commas and references", async () => {
    const path = await file("travelagent.json", sample);
    const snapshot = await loadConfigFile(path, { AMADEUS_API_KEY: "k", AMADEUS_API_SECRET: "s", SABRE_CLIENT_SECRET: "c", CRM_API_KEY: "a" });
    const config = requireConfig(snapshot);
    expect(config.agents.list.map((agent) => agent.identity)).toEqual([
      "You help customers find and book travel.",
      "You look after customers before and during their trip.",
    ]);
    expect(config.channels.booking?.amadeus).toEqual({ apiKey: "k", apiSecret: "s" });
    expect(config.channels.whatsapp?.groups).toEqual({ "*": { requireMention: true } });
    expect(config.cron.jobs[0]).toMatchObject({ name: "price-watch", schedule: { kind: "every", everyMs: 3_600_000 }, sessionTarget: "isolated" });
    expect(snapshot.hash).toBe(createHash("sha256").update(sample).digest("hex"));
  });

  it("names the key whose variable is missing", async () => {
    const snapshot = await loadConfigFile(await file("c.json", sample), {
      AMADEUS_API_KEY: "k",
      AMADEUS_API_SECRET: "",
      SABRE_CLIENT_SECRET: "c",
      CRM_API_KEY: "a",
    });
    expect(snapshot.config).toBeUndefined();
    expect(lines(snapshot)).toEqual([
      "channels.booking.amadeus.apiSecret: the environment variable AMADEUS_API_SECRET is not set; set it, or take this key out",
    ]);
  });

  it("keeps $${NAME} and what is no reference", async () => {
    const snapshot = await loadConfigFile(await file("c.json", '{channels: {webchat: {greeting: "$${HELLO} ${hello} $5 a${B}c", title: "t"}}}'), { B: "b" });
    expect(requireConfig(snapshot).channels.webchat?.greeting).toBe("${HELLO} ${hello} $5 abc");
  });

  it("opens credentials, watches their files, and says at which key one is missing", async () => {
    const credentials = openCredentials({ directory: join(dir, "credentials"), masterKey: "ab".repeat(32) });
    await credentials.set("crm", "canary-crm");
    const path = await file("c.json", '{ channels: { crm: { provider: "rest", apiKey: "${credential:crm}" } }, hooks: { token: "$${credential:crm}" } }');
    const snapshot = await loadConfigFile(path, {}, { credentials });
    expect(requireConfig(snapshot)).toMatchObject({ channels: { crm: { apiKey: "canary-crm" } }, hooks: { token: "${credential:crm}" } });
    expect(snapshot.files).toEqual([path, credentials.pathOf("crm")]);
    await file("d.json", '{ gateway: { auth: { token: "${credential:gone}", password: "${credential:not a name}" } } }');
    const missing = await loadConfigFile(join(dir, "d.json"), {}, { credentials });
    expect(lines(missing)).toEqual([
      expect.stringMatching(/^gateway\.auth\.token: there is no credential "gone": .*credentials set gone/),
      expect.stringMatching(/^gateway\.auth\.password: "not a name" is no name/),
    ]);
    expect(lines(await loadConfigFile(path, {}))).toEqual(["channels.crm.apiKey: stored credentials cannot be used here"]);
  });

  it("lets the program check, and takes the port of a profile where the file names none", async () => {
    const path = await file("c.json", "{ gateway: {} }");
    expect(requireConfig(await loadConfigFile(path, {}, { defaultPort: 19_001 })).gateway.port).toBe(19_001);
    expect(requireConfig(await loadConfigFile(join(dir, "none.json"), {}, { defaultPort: 19_001 })).gateway.port).toBe(19_001);
    const checked = await loadConfigFile(path, {}, { check: () => [{ path: "policy.dir", message: "is not there" }] });
    expect(checked).toMatchObject({ config: undefined, issues: [{ path: "policy.dir" }] });
  });

  it("says where a broken file is broken, and nothing of what it holds", async () => {
    const path = await file("c.json", '{\n  gateway: { auth: { token: "hunter2" ');
    const snapshot = await loadConfigFile(path, {});
    expect(lines(snapshot)).toEqual([`: ${path} is no valid JSON5: see line 2, column 39`]);
    expect(lines(await loadConfigFile(await file("l.json", "[]"), {}))[0]).toContain("must hold one object");
  });

  it("reports a path that is no file", async () => {
    expect(lines(await loadConfigFile(dir, {}))[0]).toContain("cannot be read (EISDIR)");
  });
});

describe("$include", () => {
  it("puts a file in place of the object, relative to the file that names it, with references inside", async () => {
    await file("parts/gateway.json5", '{ port: 19001, auth: { $include: "./auth.json5" } }');
    await file("parts/auth.json5", '{ token: "${TOKEN}" }');
    const snapshot = await loadConfigFile(await file("c.json", '{ gateway: { $include: "parts/gateway.json5" } }'), { TOKEN: "t" });
    expect(requireConfig(snapshot).gateway).toMatchObject({ port: 19_001, auth: { token: "t" } });
    expect(snapshot.files).toEqual([join(dir, "c.json"), join(dir, "parts/gateway.json5"), join(dir, "parts/auth.json5")]);
  });

  it("merges a list in order and lets keys beside it win", async () => {
    await file("a.json", '{ gateway: { port: 1, bind: "lan" }, agents: { list: [{ id: "a" }] } }');
    await file("b.json", '{ gateway: { port: 2 }, agents: { list: [{ id: "b" }] } }');
    const snapshot = await loadConfigFile(
      await file("c.json", '{ $include: ["a.json", "b.json"], gateway: { reload: { mode: "off" } }, logging: { level: "warn" } }'),
      {},
    );
    const config = requireConfig(snapshot);
    expect(config.gateway).toMatchObject({ port: 2, bind: "lan", reload: { mode: "off" } });
    expect(config.agents.list.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(config.logging.level).toBe("warn");
  });

  it("reports a missing file, a broken one and a cycle with its chain", async () => {
    expect(lines(await loadConfigFile(await file("c.json", '{ cron: { $include: "none.json" } }'), {}))).toEqual([
      `cron.$include: ${join(dir, "none.json")} cannot be read (ENOENT)`,
    ]);
    await file("broken.json", "{");
    expect(lines(await loadConfigFile(await file("c.json", '{ cron: { $include: "broken.json" } }'), {}))[0]).toContain(
      "broken.json is no valid JSON5: see line 1",
    );
    await file("x.json", '{ $include: "y.json" }');
    await file("y.json", '{ $include: "x.json" }');
    const cycle = ["c.json", "x.json", "y.json", "x.json"].map((name) => join(dir, name)).join(" → ");
    expect(lines(await loadConfigFile(await file("c.json", '{ $include: "x.json" }'), {}))).toEqual([`$include: includes itself: ${cycle}`]);
  });

  it("goes ten levels deep and no further", async () => {
    for (let level = 1; level < 10; level++) await file(`${level}.json`, `{ $include: "${level + 1}.json" }`);
    await file("10.json", "{ gateway: { port: 7 } }");
    const path = await file("c.json", '{ $include: "1.json" }');
    expect(requireConfig(await loadConfigFile(path, {})).gateway.port).toBe(7);
    await file("10.json", '{ $include: "11.json" }');
    await file("11.json", "{}");
    expect(lines(await loadConfigFile(path, {}))[0]).toContain("more than 10 files deep");
  });

  it("refuses a __proto__ key like any other unknown one", async () => {
    await file("p.json", '{ "__proto__": { port: 1 } }');
    const snapshot = await loadConfigFile(await file("c.json", '{ gateway: { $include: "p.json" } }'), {});
    expect(({} as { port?: number }).port).toBeUndefined();
    expect(snapshot.issues).not.toEqual([]);
  });
});
