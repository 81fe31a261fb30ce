import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCooldowns } from "@travelagent/agent-runtime";
import { createGate, type GateOutcome, parsePolicy } from "@travelagent/agent-runtime/gate";
import { createKeyRing } from "@travelagent/agent-runtime/models/keys";
import { anthropicServer, type ModelServerOptions, openAiServer, scriptedModel } from "@travelagent/agent-runtime/testing";
import { GatewayConfig, parseConfig, statePaths } from "@travelagent/config";
import { testDatabase } from "@travelagent/engine/testing";
import { createUsageLedger, type UsageLedger } from "@travelagent/gateway-core";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, describe, expect, it } from "vitest";
import { exposureOf } from "../configuration/exposure.ts";
import { openImageTool } from "./image-tool.ts";
import { modelSet } from "./models.ts";
import { filesOfPacks } from "./policy-files.ts";
import { systemTools } from "./system-tools.ts";

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==", "base64");
const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));
const concierge = scriptedModel(() => "I am the concierge", { provider: "concierge", id: "concierge" });
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const operator = (agentId: string, name = "main"): TurnScope => ({
  runId: "run-1",
  agentId,
  sessionKey: `agent:${agentId}:${name}`,
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: `operator:agent:${agentId}:${name}`,
  timeZone: "UTC",
});
const customer: TurnScope = { ...operator("ops"), sessionKey: "agent:ops:webchat:dm:v1", peerId: "v1" };

/** Two vendors' servers, `a` and `b`, with a model `eyes` that sees and a model `m` that does not. */
async function bench(
  { defaults = { imageModel: "a/eyes" }, ops = { profile: "coding" }, tools = {} }: { defaults?: object; ops?: object; tools?: object } = {},
  replies: { a?: ModelServerOptions["reply"]; b?: ModelServerOptions["reply"] } = {},
) {
  const usage = { input: 1000, output: 20 };
  const a = await openAiServer({ reply: replies.a ?? (() => ({ text: "A beach.", usage })) });
  const b = await anthropicServer({ reply: replies.b ?? (() => ({ text: "A pool.", usage })) });
  const base = realpathSync(mkdtempSync(join(tmpdir(), "image-")));
  const db = await testDatabase();
  closing.push(
    a.close,
    b.close,
    () => rmSync(base, { recursive: true, force: true }),
    () => db.close(),
  );
  const eyes = { id: "eyes", input: ["text", "image"] };
  const configOf = (given: { defaults: object; ops: object }) =>
    parseConfig(GatewayConfig, {
      models: {
        providers: {
          a: { api: "openai-completions", baseUrl: a.url, models: [eyes, "m"] },
          b: { api: "anthropic", baseUrl: b.url, apiKey: "k", models: [eyes] },
        },
      },
      agents: {
        defaults: { model: "a/m", ...given.defaults },
        list: [
          { id: "main", default: true },
          { id: "ops", tools: given.ops },
        ],
      },
      tools,
    });
  const env = { PATH: "/usr/bin:/bin" };
  const log = recordingLogger();
  const clock = systemClock;
  let config = configOf({ defaults, ops });
  const ring = createKeyRing({ clock });
  let models = modelSet(config, env, concierge, ring);
  const paths = statePaths(join(base, "state"));
  mkdirSync(join(paths.base, "workspace-ops"), { recursive: true });
  writeFileSync(join(paths.base, "workspace-ops", "room.png"), png);
  const system = await systemTools({ config, paths, configPath: paths.config, env }, { permit: async () => ({ decision: null, actionHash: "" }), clock, log });
  closing.push(system.stop);
  const images = openImageTool(config, { config: () => config, workplace: system.workplace, clock, log });
  const gate = createGate({ db, tools: () => images.beside(none), policy: () => policy, exposure: () => exposureOf(config) });
  await gate.migrate();
  const ledger: UsageLedger = createUsageLedger({ db, clock });
  await ledger.migrate();
  await images.begin(() => models, { observed: (model) => model, cooldowns: createCooldowns({ clock }), usage: ledger, db });
  let calls = 0;
  const look = (args: object, turn = operator("ops"), tainted = false): Promise<GateOutcome> => {
    calls += 1;
    return gate.call({ toolCallId: `call-${calls}`, name: "image", args, tainted }, turn, new AbortController().signal);
  };
  const change = (next: { defaults: object; ops: object }) => {
    config = configOf(next);
    models = modelSet(config, env, concierge, ring);
  };
  const today = new Date().toISOString().slice(0, 10);
  return {
    a,
    b,
    images,
    look,
    change,
    log,
    shown: (turn: TurnScope) => gate.specs(turn).map(({ name }) => name),
    report: () => ledger.report({ from: today, to: today }),
  };
}
const none: never[] = [];

describe("the tool that looks at pictures", () => {
  it("shows a file of the workspace to the image model, and counts what that used", async () => {
    const { a, look, report } = await bench();
    const outcome = await look({ path: "room.png", prompt: "Which room is it?" });
    expect(outcome).toMatchObject({
      status: "done",
      output: { tainted: true, content: { path: "room.png", mimeType: "image/png", width: 1, text: "A beach." } },
    });
    expect(a.requests).toHaveLength(1);
    const { model, messages, tools } = a.requests[0]!.body as { model: string; messages: { role: string; content: unknown }[]; tools?: unknown };
    expect([model, tools]).toEqual(["eyes", undefined]);
    expect(messages.at(-1)?.content).toMatchObject([
      { type: "image_url", image_url: { url: `data:image/png;base64,${png.toString("base64")}` } },
      { type: "text", text: expect.stringContaining("Which room is it?") },
    ]);
    expect((await report()).byModel).toMatchObject([{ provider: "a", model: "eyes", totalTokens: 1020 }]);
  });

  it.each<[string, object, string[]]>([
    ["where no rule opens it", { ops: {} }, []],
    ["where a pattern would", { ops: { allow: ["*"] } }, []],
    ["where no model sees", { defaults: {} }, []],
    ["for its name alone", { ops: { alsoAllow: ["image"] } }, ["image"]],
    ["with the agent's own model, when that one sees", { defaults: { model: "b/eyes" } }, ["image"]],
    ["not when it is denied", { ops: { profile: "coding", deny: ["group:media"] } }, []],
  ])("is there %s as the rules say", async (_, given, expected) => {
    const { shown } = await bench(given);
    expect(shown(operator("ops"))).toEqual(expected);
    expect(shown(operator("main"))).toEqual([]);
    expect(shown(customer)).toEqual([]);
  });

  it("is for operators in direct conversations, also when the rules would have it before customers", async () => {
    const { shown, look, a } = await bench({ ops: { alsoAllow: ["image"], withCustomers: ["image", "group:media"] } });
    expect(shown(operator("ops"))).toEqual(["image"]);
    for (const turn of [customer, { ...operator("ops"), chatType: "group" as const }])
      expect(await look({ path: "room.png" }, turn)).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
    expect(a.requests).toEqual([]);
  });

  it("comes and goes with the configuration, and says why it is not there", async () => {
    const { images, change, log, shown } = await bench({ defaults: {} });
    expect(images.beside(none)).toBe(none);
    const told = () => log.lines.filter(({ message }) => message.includes("no model that sees pictures"));
    expect(told()).toMatchObject([{ fields: { agents: ["ops"] } }]);
    change({ defaults: { imageModel: "b/eyes" }, ops: { profile: "coding" } });
    await expect.poll(() => shown(operator("ops"))).toEqual(["image"]);
    expect(images.beside(none)).toBe(images.beside(none));
    change({ defaults: { imageModel: "b/eyes" }, ops: {} });
    expect(images.beside(none)).toBe(none);
    expect(told()).toHaveLength(1);
  });

  it("asks the next model when one cannot, and leaves the first in peace for a while", async () => {
    const { a, b, look, report } = await bench({ defaults: { imageModel: { primary: "a/eyes", fallbacks: ["b/eyes"] } } }, { a: () => ({ status: 503 }) });
    for (const _ of ["once", "again"]) expect(await look({ path: "room.png" })).toMatchObject({ status: "done", output: { content: { text: "A pool." } } });
    expect([a.requests.length, b.requests.length]).toEqual([1, 2]);
    expect((await report()).byModel).toMatchObject([{ provider: "b", runs: 2 }]);
  });

  it("says what the vendor said when nobody could look", async () => {
    const { look, report } = await bench({}, { a: () => ({ status: 400, message: "the picture is damaged" }) });
    expect(await look({ path: "room.png" })).toMatchObject({
      status: "failed",
      error: { code: "MODEL_REJECTED", message: expect.stringContaining("the picture is damaged") },
    });
    expect((await report()).totals.runs).toBe(0);
  });

  it("takes no address unless web_fetch is on; then one needs a yes once strangers were read, and private hosts stay closed", async () => {
    const closed = await bench();
    expect(await closed.look({ url: "https://example.com/a.png" })).toMatchObject({ status: "refused", error: { code: "INVALID_REQUEST" } });
    expect(await closed.look({ path: "room.png" }, operator("ops"), true)).toMatchObject({ status: "done" });

    const open = await bench({ tools: { web: { fetch: { enabled: true } } } });
    expect(await open.look({ url: `${new URL(open.a.url).origin}/a.png` })).toMatchObject({ status: "failed", error: { code: "FORBIDDEN" } });
    expect(await open.look({ url: "https://example.com/a.png?who=ana" }, operator("ops"), true)).toMatchObject({
      status: "asked",
      card: { lines: ["Address: https://example.com/a.png?who=ana"] },
    });
    expect(open.a.requests).toEqual([]);
    expect(await open.look({ path: "room.png" })).toMatchObject({ status: "done" });
  });
});
