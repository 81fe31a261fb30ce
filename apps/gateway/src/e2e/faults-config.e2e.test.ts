// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { openCredentials } from "@travelagent/config";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { connectWire, openWire, operator, type WireClient, type WireFrame } from "../testing/wire-client.ts";

/** As an editor saves. */
const save = (path: string, text: string): void => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
const patience = { timeout: 10_000, interval: 50 };

/** The configuration as the gateway tells it, on a connection of its own when none is given. */
const configOf = async (client: WireClient) =>
  (await client.ask("config.get")).payload as { hash: string; valid: boolean; config?: Record<string, never>; raw: string };
const statusOf = async (client: WireClient) =>
  (await client.ask("status")).payload!.config as { problem?: string; issues?: { path: string }[]; pendingRestart: string[] };
const degraded = async (client: WireClient) => (await client.ask("health", { probe: true })).payload!.degraded as string[];
const readyLines = (gateway: GatewayProcess): number => gateway.output().match(/^ready /gm)?.length ?? 0;

describe("the configuration of a gateway that runs", () => {
  const state = temporaryState();
  const path = join(state.path, "travelagent.json");
  const good =
    '{ // kept as written\n  agents: { list: [{ id: "main" }, { id: "service" }] },\n  gateway: { auth: { token: "${CANARY_TOKEN}" }, reload: { debounceMs: 50 } } }';
  const env = { CANARY_TOKEN: "canary-token-of-this-test", CANARY_SECRET: "canary-secret-of-this-test" };
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeAll(async () => {
    writeFileSync(path, good);
    const started = await startGateway({ stateDir: state.path, env: { ...env, TRAVELAGENT_MASTER_KEY: "ab".repeat(32) }, token: env.CANARY_TOKEN });
    gateway = started;
    client = await connectWire(gateway);
  });
  afterAll(async () => {
    client?.end();
    await gateway?.stop();
    state.remove();
  });

  it.each<[string, string, RegExp]>([
    ["an unknown key", "{ gateway: { prot: 1 } }", /gateway\.prot: unknown key; did you mean "port"/],
    ["a wrong type", '{ gateway: { port: "high" } }', /gateway\.port: /],
    ["half a file", "{ gateway: { port: 1", /no valid JSON5: see line 1/],
    ["a secret that is not there", '{ channels: { crm: { provider: "rest", apiKey: "${NOT_SET}" } } }', /channels\.crm\.apiKey: .*NOT_SET is not set/],
    ["a credential that is not there", '{ gateway: { auth: { token: "${credential:gone}" } } }', /gateway\.auth\.token: there is no credential "gone"/],
    [
      "an agent that was deleted",
      '{ agents: { list: [{ id: "main" }] }, bindings: [{ agentId: "service", match: { channel: "webchat" } }] }',
      /bindings\[0\]\.agentId: there is no agent "service"/,
    ],
    ["a model nobody provides", '{ agents: { defaults: { model: "nobody/model" } } }', /agents\.defaults\.model: there is no provider nobody/],
    ["rules in a directory that is not there", '{ policy: { dir: "./nowhere" } }', /policy\.dir: there is no directory/],
    ["a pattern that is none", '{ logging: { redactPatterns: ["("] } }', /logging\.redactPatterns\[0\]: is no regular expression/],
    ["a hook token that is no key", '{ hooks: { enabled: true, token: "whsec_c2hvcnQ=" } }', /hooks\.token: .*whsec_/],
    [
      "a site that is none",
      '{ gateway: { http: { widget: { enabled: true, allowedOrigins: ["https://a:b"] } } } }',
      /gateway\.http\.widget\.allowedOrigins\[0\]: must be an origin/,
    ],
    ["a proxy that is no address", '{ gateway: { trustedProxies: ["everybody"] } }', /gateway\.trustedProxies: .*everybody/],
  ])("refuses %s before it is written, and goes on when it is found in the file", async (_, bad, says) => {
    const { hash } = await configOf(client);
    const refused = await client.ask("config.apply", { raw: bad, baseHash: hash });
    expect(refused).toMatchObject({ ok: false, error: { code: "CONFIG_INVALID" } });
    expect(refused.error!.message).toMatch(says);
    expect(readFileSync(path, "utf8")).toBe(good);

    save(path, bad);
    await expect.poll(() => degraded(client), patience).toEqual(["config"]);
    const { problem, issues } = await statusOf(client);
    expect(problem).toContain("in force stays");
    expect(issues?.map((issue) => JSON.stringify(issue)).join()).toMatch(new RegExp(says.source.split(":")[0]!.replace("no valid JSON5", "no valid JSON5")));
    expect((await client.ask("agents.list")).payload!.agents).toHaveLength(2);
    save(path, good);
    await expect.poll(() => degraded(client), patience).toEqual([]);
    expect(readyLines(gateway)).toBe(1);
  });

  it("takes over what can be taken over, on the same connection", async () => {
    const changed = client.heard((frame) => frame.event === "config.changed" && (frame.payload!.changedPaths as string[]).includes("agents.list"));
    save(path, good.replace('{ id: "service" }', '{ id: "service" }, { id: "sales" }'));
    expect(await changed).toMatchObject({ payload: { restart: { needed: false, reasons: [] } } });
    expect((await client.ask("agents.list")).payload!.agents).toHaveLength(3);

    const page = "https://www.example.com";
    await expect(openWire(gateway.url, { origin: page })).rejects.toThrow("403");
    const { hash } = await configOf(client);
    const done = await client.ask("config.patch", {
      raw: `{ gateway: { http: { allowedOrigins: ["${page}"] } }, logging: { level: "debug" } }`,
      baseHash: hash,
    });
    expect(done).toMatchObject({ ok: true, payload: { reload: { live: ["gateway.http.allowedOrigins", "logging.level"] }, restart: { needed: false } } });
    const opens = async () => {
      const opened = await openWire(gateway.url, { origin: page }).catch(() => undefined);
      opened?.end();
      return opened !== undefined;
    };
    await expect.poll(opens, patience).toBe(true);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(readyLines(gateway)).toBe(1);

    const text = readFileSync(path, "utf8");
    expect(text).toContain("${CANARY_TOKEN}");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${path}.bak`, "utf8")).toContain("sales");
    for (const shown of [text, JSON.stringify(client.frames), gateway.output()]) expect(shown).not.toContain("canary-token");
  });

  it("lets one of two writers through, whoever edits beside them, and ends with what the file says", async () => {
    const { hash } = await configOf(client);
    const race = Array.from({ length: 5 }, (_, index) => client.ask("config.patch", { raw: `{ tools: { deny: ["tool-${index}"] } }`, baseHash: hash }));
    const outcomes = await Promise.all(race);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    for (const { ok, error } of outcomes) if (!ok) expect(error).toMatchObject({ code: "CONFLICT" });
    save(path, good);
    const stale = await client.ask("config.set", { raw: "{}", baseHash: hash });
    expect(stale).toMatchObject({ ok: false, error: { code: "CONFLICT" } });
    expect(readFileSync(path, "utf8")).toBe(good);
  });

  it("refuses a mask that comes back, and a write that names no text", async () => {
    const { hash, raw } = await configOf(client);
    await client.ask("config.patch", {
      raw: '{ models: { providers: { local: { api: "openai-completions", apiKey: "canary-model-key" } } } }',
      baseHash: hash,
    });
    const shown = await configOf(client);
    expect(JSON.stringify(shown)).not.toContain("canary-model-key");
    const back = await client.ask("config.set", { raw: shown.raw, baseHash: shown.hash });
    expect(back).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST", details: { paths: ["models.providers.local.apiKey"] } } });
    expect(await client.ask("config.set", { raw })).toMatchObject({
      ok: false,
      error: { code: "INVALID_REQUEST", message: expect.stringContaining("baseHash") },
    });
    expect(readFileSync(path, "utf8")).toContain("canary-model-key");
  });

  it("does not write what the gateway could not listen with", async () => {
    const { hash } = await configOf(client);
    const patch = (gateway: string) => client.ask("config.patch", { raw: `{ gateway: ${gateway} }`, baseHash: hash });
    expect((await patch('{ tls: { enabled: true, certPath: "./no.pem", keyPath: "./no.key" } }')).error).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("no.pem"),
    });
    expect((await patch('{ bind: "lan" }')).error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("without TLS") });
    expect((await configOf(client)).hash).toBe(hash);
  });

  it("ends the connections of an old token, and those alone know the new one", async () => {
    const credentials = openCredentials({ directory: join(state.path, "credentials"), masterKey: "ab".repeat(32) });
    await credentials.set("gateway", "canary-second-token");
    save(path, good.replace("${CANARY_TOKEN}", "${credential:gateway}"));
    expect((await client.closed).code).toBe(1008);
    client = await connectWire({ url: gateway.url, token: "canary-second-token" });
    const old = await openWire(gateway.url);
    expect(await old.ask("connect", operator(env.CANARY_TOKEN)).catch(() => ({ ok: false }) as WireFrame)).toMatchObject({ ok: false });
    old.end();
    // A credential that is stored anew counts without a change of the file.
    await credentials.set("gateway", "canary-third-token");
    expect((await client.closed).code).toBe(1008);
    client = await connectWire({ url: gateway.url, token: "canary-third-token" });
    expect(JSON.stringify(await configOf(client))).not.toContain("canary-third");
    expect(gateway.output()).not.toContain("canary-");
  });
});

describe("restarting inside the process", () => {
  let state: ReturnType<typeof temporaryState>;
  let gateway: GatewayProcess | undefined;
  afterEach(async () => {
    await gateway?.stop();
    gateway = undefined;
    state.remove();
  });
  const begin = async (config: string, options: Partial<Parameters<typeof startGateway>[0]> = {}) => {
    state = temporaryState();
    writeFileSync(join(state.path, "travelagent.json"), config);
    gateway = await startGateway({ stateDir: state.path, port: "configured", ...options });
    return gateway;
  };

  it("moves to another port, and tells its clients so", async () => {
    const [port, next] = [await freePort(), await freePort()];
    const { pid, token } = await begin(`{ gateway: { port: ${port}, reload: { debounceMs: 50 } } }`);
    const client = await connectWire(gateway!);
    const shutdown = client.heard((frame) => frame.event === "shutdown");
    const done = await client.ask("config.patch", {
      raw: `{ gateway: { port: ${next} } }`,
      baseHash: (await configOf(client)).hash,
      note: "the old port is needed",
      sessionKey: "agent:main:main",
    });
    expect(done).toMatchObject({ payload: { restart: { needed: true, automatic: true, reasons: [expect.stringContaining("gateway.port")] } } });
    expect(await shutdown).toMatchObject({ payload: { reason: expect.stringContaining("gateway.port"), restartExpectedMs: expect.any(Number) } });
    expect((await client.closed).code).toBe(1012);
    await expect.poll(() => readyLines(gateway!), patience).toBe(2);
    const moved = await connectWire({ url: `http://127.0.0.1:${next}`, token });
    expect(await degraded(moved)).toEqual([]);
    expect(await statusOf(moved)).toMatchObject({
      lastRestart: {
        kind: "config-apply",
        outcome: "ok",
        note: "the old port is needed",
        sessionKey: "agent:main:main",
        message: expect.stringContaining("gateway.port"),
      },
    });
    expect(existsSync(join(state.path, "restart-sentinel.json"))).toBe(false);
    moved.end();
    await expect(openWire(`http://127.0.0.1:${port}`)).rejects.toThrow();
    process.kill(pid, 0);
    expect(await gateway!.stop()).toBe(0);
  });

  it("goes back to what ran when the file does not start, once, and comes along when it is corrected", async () => {
    const [port, other] = [await freePort(), await freePort()];
    const { token, url } = await begin(`{ gateway: { port: ${port}, reload: { debounceMs: 50 } } }`);
    const path = join(state.path, "travelagent.json");
    const squatter = createServer().listen(other, "127.0.0.1");
    save(path, `{ gateway: { port: ${other}, reload: { debounceMs: 50 } } }`);
    await expect.poll(() => readyLines(gateway!), patience).toBe(2);
    const client = await connectWire({ url, token });
    expect(await degraded(client)).toEqual(["config"]);
    expect((await statusOf(client)).problem).toMatch(/goes on with what ran before: .*already in use/);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(readyLines(gateway!)).toBe(2);
    save(path, `{ gateway: { port: ${port}, reload: { debounceMs: 50 } } }`);
    await expect.poll(() => degraded(client), patience).toEqual([]);
    expect(readyLines(gateway!)).toBe(2);
    client.end();
    squatter.close();
  });

  it("only says so in mode hot, and restarts when it is asked to", async () => {
    const port = await freePort();
    const { token, url, pid } = await begin(`{ gateway: { port: ${port}, reload: { mode: "hot", debounceMs: 50 } } }`);
    const client = await connectWire({ url, token });
    save(join(state.path, "travelagent.json"), `{ session: { mainKey: "main" }, gateway: { port: ${port}, reload: { mode: "hot", debounceMs: 50 } } }`);
    await expect.poll(async () => (await statusOf(client)).pendingRestart, patience).toEqual(["session.mainKey"]);
    expect(await degraded(client)).toEqual(["config"]);
    process.kill(pid, "SIGUSR1");
    expect((await client.closed).code).toBe(1012);
    await expect.poll(() => readyLines(gateway!), patience).toBe(2);
    const again = await connectWire({ url, token });
    expect(await statusOf(again)).toMatchObject({ pendingRestart: [] });
    again.end();
  });

  it("starts with the last good configuration when the file is bad, or cannot be started with, and says so", async () => {
    await begin('{ agents: { list: [{ id: "kept" }] } }', { port: 0 });
    await gateway!.stop();
    const path = join(state.path, "travelagent.json");
    const again = async (config: string, says: RegExp) => {
      writeFileSync(path, config);
      gateway = await startGateway({ stateDir: state.path });
      expect(gateway.output()).toMatch(says);
      const client = await connectWire(gateway);
      expect((await client.ask("agents.list")).payload).toMatchObject({ defaultId: "kept" });
      expect(await degraded(client)).toEqual(["config"]);
      expect((await statusOf(client)).issues).not.toEqual([]);
      client.end();
      expect(await gateway.stop()).toBe(0);
      expect(readFileSync(path, "utf8")).toBe(config);
    };
    await again("{ agents: { list", /is invalid, so the last good configuration is used/);
    await again('{ agents: { list: [{ id: "other", model: "gone/model" }] } }', /there is no provider gone/);
    expect(existsSync(`${path}.last-good`)).toBe(true);
  });

  it("starts with an agency's whole file", async () => {
    await begin(
      `{
        agents: {
          defaults: { workspace: "~/.travelagent/workspace" },
          list: [
            { id: "booking", identity: "You help customers find and book travel.", workspace: "~/.travelagent/workspace/booking" },
            { id: "service", identity: "You look after customers before and during their trip.", workspace: "~/.travelagent/workspace/service" },
          ],
        },
        channels: {
          whatsapp: { allowFrom: ["+34600111222"], groups: { "*": { requireMention: true } } },
          booking: { amadeus: { apiKey: "\${AMADEUS_API_KEY}", apiSecret: "\${AMADEUS_API_SECRET}" }, sabre: { clientId: "\${SABRE_CLIENT_ID}", clientSecret: "\${SABRE_CLIENT_SECRET}" } },
          crm: { provider: "rest", apiUrl: "https://crm.example.com/api", apiKey: "\${CRM_API_KEY}" },
        },
        cron: {
          enabled: true,
          jobs: [
            { name: "price-watch", schedule: { kind: "every", everyMs: 3600000 }, payload: { kind: "agentTurn", message: "Check the prices of open trips." }, sessionTarget: "isolated" },
          ],
        },
      }`,
      {
        port: 0,
        env: {
          HOME: "/tmp/no-such-home",
          AMADEUS_API_KEY: "canary-1",
          AMADEUS_API_SECRET: "canary-2",
          SABRE_CLIENT_ID: "s",
          SABRE_CLIENT_SECRET: "canary-3",
          CRM_API_KEY: "canary-4",
        },
      },
    );
    const client = await connectWire(gateway!);
    expect((await client.ask("agents.list")).payload).toMatchObject({ defaultId: "booking", agents: [{ id: "booking" }, { id: "service" }] });
    expect(JSON.stringify(await configOf(client))).not.toContain("canary");
    client.end();
  });
});
