// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call, Handlers, TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configHandlers, configHash, configSchemaDocument, GatewayConfig, openCredentials } from "./index.ts";

let dir: string;
let path: string;
let handlers: Handlers;
const call = {} as Call;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "config-"));
  path = join(dir, "travelagent.json");
  handlers = configHandlers({ path, env: {}, version: "1.2.3", clock: fakeClock("2027-01-15T09:00:00Z") });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const get = async () => (await handlers["config.get"]!(undefined, call)) as Record<string, unknown>;

describe("config handlers", () => {
  it("shows the configuration without its secrets", async () => {
    const raw = '{ gateway: { port: 19001, auth: { token: "hunter2-hunter2" } } }';
    await writeFile(path, raw);
    const shown = await get();
    expect(shown).toMatchObject({
      path,
      exists: true,
      valid: true,
      hash: configHash(raw),
      issues: [],
      parsed: { gateway: { port: 19_001, auth: { token: "***" } } },
    });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });

  it("shows the defaults when there is no file, and the issues of a bad one", async () => {
    expect(await get()).toMatchObject({ exists: false, raw: "", valid: true, hash: "", config: { gateway: { port: 18_789 } } });
    await writeFile(path, '{ gateway: { auth: { token: "hunter2" }, prot: 1 } }');
    const shown = await get();
    expect(shown).toMatchObject({ valid: false, issues: [{ path: "gateway.prot" }] });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });

  it("patches: null takes away, lists replace, the rest stays", async () => {
    await writeFile(path, '{ gateway: { port: 19001, bind: "lan" }, agents: { list: [{ id: "a" }, { id: "b" }] } }');
    const { hash } = await get();
    const done = await handlers["config.patch"]!(
      { raw: '{ gateway: { bind: null }, agents: { list: [{ id: "c" }] }, logging: { level: "debug" } }', baseHash: hash as string },
      call,
    );
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ gateway: { port: 19_001 }, agents: { list: [{ id: "c" }] }, logging: { level: "debug" } });
    expect(done).toMatchObject({ ok: true, path, config: { logging: { level: "debug" } }, hash: (await get()).hash });
  });

  it("refuses a stale or missing hash, an invalid result and a mask", async () => {
    await writeFile(path, '{ gateway: { auth: { token: "t" } } }');
    const { hash } = (await get()) as { hash: string };
    const patch = (raw: string, baseHash?: string) => handlers["config.patch"]!({ raw, ...(baseHash === undefined ? {} : { baseHash }) }, call);
    await expect(patch("{}", configHash("stale"))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(patch("{}")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(patch("{ gateway: { port: -1 } }", hash)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(patch('{ gateway: { auth: { token: "***" } } }', hash)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("gateway.auth.token"),
    });
    expect((await get()).hash).toBe(hash);
  });

  it("keeps references through a patch, and never writes or shows what is behind them", async () => {
    const credentials = openCredentials({ directory: join(dir, "credentials"), masterKey: "a passphrase of some length" });
    await credentials.set("mail", "canary-mail-1");
    const env = { GATEWAY_TOKEN: "canary-token-1", REGION: "eu" };
    const own = configHandlers({ path, env, credentials, version: "1" });
    const raw = `{ gateway: { auth: { token: "\${GATEWAY_TOKEN}" } }, channels: { email: { from: "\${credential:mail} <\${REGION}@example.com>", smtp: { host: "h", pass: "\${credential:mail}" } },
      webchat: { greeting: "x \${GATEWAY_TOKEN}" } } }`;
    await writeFile(path, raw);
    const shown = (await own["config.get"]!(undefined, call)) as { hash: string };
    const done = await own["config.patch"]!({ raw: '{ logging: { level: "debug" } }', baseHash: shown.hash }, call);
    const text = await readFile(path, "utf8");
    expect(JSON.stringify([shown, done, text])).not.toContain("canary");
    expect(JSON.parse(text)).toMatchObject({
      gateway: { auth: { token: "${GATEWAY_TOKEN}" } },
      channels: { email: { smtp: { pass: "${credential:mail}" } } },
      logging: { level: "debug" },
    });
    expect(done).toMatchObject({ config: { channels: { email: { from: "*** <eu@example.com>", smtp: { pass: "***" } }, webchat: { greeting: "x ***" } } } });
    await expect(
      own["config.apply"]!({ raw: '{ gateway: { auth: { token: "${GONE}" } } }', baseHash: (done as { hash: string }).hash }, call),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      details: { issues: [{ path: "gateway.auth.token", message: expect.stringContaining("GONE is not set") }] },
    });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("tells what is wrong without what is behind a reference, also of variables that are named like a key", async () => {
    const credentials = openCredentials({ directory: join(dir, "credentials"), masterKey: "a passphrase of some length" });
    await credentials.set("mail", "canary-mail-1");
    const env = { STRIPE_KEY: "canary-key-1", SMTP_PASS: "canary-pass-1" };
    const own = configHandlers({
      path,
      env,
      credentials,
      version: "1",
      check: ({ policy }) => (policy.dir ? [{ path: "policy.dir", message: `there is no directory ${policy.dir}` }] : []),
    });
    for (const raw of [
      '{ payments: { provider: "${credential:mail}" } }',
      '{ bindings: [{ agentId: "${STRIPE_KEY}", match: { channel: "webchat" } }] }',
      '{ policy: { dir: "/etc/${SMTP_PASS}" } }',
    ]) {
      await writeFile(path, raw);
      const shown = (await own["config.get"]!(undefined, call)) as { hash: string; issues: unknown[] };
      expect(shown.issues, raw).toHaveLength(1);
      const refused = await Promise.resolve(own["config.set"]!({ raw: `${raw} `, baseHash: shown.hash }, call)).catch((error: TravelAgentError) =>
        error.toShape(),
      );
      expect(refused).toMatchObject({ code: "CONFIG_INVALID" });
      expect(JSON.stringify([shown, refused]), raw).not.toContain("canary");
    }
    await writeFile(path, '{ channels: { webchat: { greeting: "${STRIPE_KEY} ${SMTP_PASS}" } } }');
    expect(await own["config.get"]!(undefined, call)).toMatchObject({ config: { channels: { webchat: { greeting: "*** ***" } } } });
  });

  it("takes back no mask that it showed, wherever it stands now", async () => {
    const env = { COLLECTOR_TOKEN: "canary-token-1" };
    const own = configHandlers({ path, env, version: "1" });
    await writeFile(join(dir, "more.json"), '{ hotels: { baseUrl: "https://user:hunter2@hotels.example.com" } }');
    await writeFile(
      path,
      '{ telemetry: { otlp: { endpoint: "https://otel.example.com/${COLLECTOR_TOKEN}" } }, suppliers: { $include: "./more.json", rail: { baseUrl: "https://user:hunter2@rail.example.com" } } }',
    );
    const shown = (await own["config.get"]!(undefined, call)) as unknown as { hash: string; config: Record<string, Record<string, unknown>> };
    const set = (value: unknown) => Promise.resolve(own["config.set"]!({ raw: JSON.stringify(value), baseHash: shown.hash }, call));
    const { telemetry, suppliers } = shown.config;
    await expect(set({ telemetry })).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("telemetry.otlp.endpoint") });
    await expect(set({ suppliers })).rejects.toMatchObject({ message: expect.stringMatching(/suppliers\.hotels\.baseUrl.*suppliers\.rail\.baseUrl/) });
    await expect(set({ suppliers: { renamed: suppliers?.rail } })).rejects.toMatchObject({
      message: expect.stringContaining("suppliers.renamed.baseUrl"),
    });
  });

  it("says what a change means to what runs", async () => {
    const running = GatewayConfig.parse({ gateway: { port: 5000 } });
    const written: unknown[] = [];
    const own = configHandlers({
      path,
      env: {},
      version: "1",
      running: () => running,
      effective: (config) => ({ ...config, gateway: { ...config.gateway, bind: "loopback" } }),
      onWritten: ({ snapshot, ...rest }) => void written.push([snapshot.hash, rest]),
    });
    const apply = (raw: string, baseHash?: string) =>
      own["config.apply"]!({ raw, note: "why", restartDelayMs: 7, ...(baseHash ? { baseHash } : {}) }, call) as Promise<{ hash: string }>;
    const first = await apply('{ gateway: { port: 5000, bind: "lan" }, models: { providers: { local: { api: "openai-completions", apiKey: "k" } } } }');
    expect(first).toMatchObject({ reload: { mode: "hybrid", live: ["models.providers.local"] }, restart: { needed: false, automatic: false, reasons: [] } });
    expect(written).toEqual([[first.hash, { note: "why", restartDelayMs: 7 }]]);
    const second = await apply("{ gateway: { port: 6000 } }", first.hash);
    expect(second).toMatchObject({ restart: { needed: true, automatic: true, reasons: [expect.stringMatching(/^gateway\.port: /)] } });
    expect(await apply('{ gateway: { port: 6000, reload: { mode: "hot" } } }', second.hash)).toMatchObject({ restart: { needed: true, automatic: false } });
  });

  it("refuses what the program's own check refuses", async () => {
    const own = configHandlers({ path, env: {}, version: "1", check: ({ policy }) => (policy.dir ? [{ path: "policy.dir", message: "is not there" }] : []) });
    await expect(own["config.set"]!({ raw: '{ policy: { dir: "/x" } }' }, call)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(await get()).toMatchObject({ exists: false });
  });

  it("does not patch a file it cannot read, but can replace it", async () => {
    await writeFile(path, "{ half");
    const { hash } = (await get()) as { hash: string };
    await expect(handlers["config.patch"]!({ raw: "{}", baseHash: hash }, call)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await handlers["config.set"]!({ raw: "{ /* new */ }", baseHash: hash }, call);
    expect(await readFile(path, "utf8")).toBe("{ /* new */ }");
  });
});

describe("config schema", () => {
  it("has a hint for every setting, each with a path that is in the schema", async () => {
    const { schema, uiHints } = configSchemaDocument();
    expect(uiHints["gateway.auth.token"]).toMatchObject({ label: "Token", group: "gateway", sensitive: true });
    expect(uiHints["suppliers.*.clientSecret"]?.sensitive).toBe(true);
    expect(uiHints["gateway.port"]).toMatchObject({ placeholder: "18789", group: "gateway", order: expect.any(Number) });
    expect(uiHints["agents.list[].id"]).toBeDefined();
    for (const path of Object.keys(uiHints)) {
      // biome-ignore lint/suspicious/noExplicitAny: walks any JSON Schema
      let nodes: any[] = [schema];
      for (const key of path.replaceAll("[]", ".[]").split(".")) {
        nodes = nodes
          .flatMap((node) => [node, ...(node.anyOf ?? []), ...(node.allOf ?? [])])
          .flatMap((node) => [key === "[]" ? node.items : key === "*" ? node.additionalProperties : node.properties?.[key]].filter(Boolean));
      }
      expect(nodes, path).not.toHaveLength(0);
    }
    expect(await handlers["config.schema"]!(undefined, call)).toMatchObject({ version: "1.2.3", generatedAt: "2027-01-15T09:00:00.000Z" });
  });

  it("looks one setting up, with what may stand below it", async () => {
    const lookup = (at: string) => handlers["config.schema.lookup"]!({ path: at }, call) as unknown as { children: { key: string }[] };
    expect(lookup("gateway.auth.token")).toMatchObject({ schema: { type: "string" }, hint: { sensitive: true }, children: [] });
    expect(lookup("agents.list[0]").children.map(({ key }) => key)).toContain("id");
    expect(lookup("suppliers.sandbox.enabled")).toMatchObject({ schema: { type: "boolean" }, hint: { group: "suppliers" } });
    expect(() => lookup("gateway.prot")).toThrowError("no setting gateway.prot");
  });
});
