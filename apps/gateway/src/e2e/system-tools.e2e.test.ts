import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ModelServerOptions, openAiServer } from "@travelagent/agent-runtime/testing";
import { afterEach, expect, it } from "vitest";
import { startGateway, temporaryState } from "../testing/gateway-process.ts";
import { connectWire, type WireClient } from "../testing/wire-client.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A gateway with one agent for operators that has the tools of the machine, beside one for customers. */
async function bench() {
  const state = temporaryState();
  let script: ModelServerOptions["reply"] = () => ({ text: "Hello." });
  const server = await openAiServer({ reply: (request) => script(request) });
  const provider = {
    api: "openai-completions",
    baseUrl: server.url,
    timeoutMs: 5_000,
    cooldown: false,
    models: [{ id: "m1" }, { id: "eyes", input: ["text", "image"] }],
  };
  writeFileSync(
    join(state.path, "travelagent.json"),
    JSON.stringify({
      models: { providers: { local: provider } },
      agents: {
        defaults: { model: { primary: "local/m1" }, imageModel: "local/eyes" },
        list: [
          { id: "main", default: true },
          { id: "ops", tools: { profile: "coding" } },
        ],
      },
    }),
    { mode: 0o600 },
  );
  const gateway = await startGateway({ stateDir: state.path });
  const wire = await connectWire(gateway);
  closing.push(
    () => state.remove(),
    () => server.close(),
    () => gateway.kill(),
    () => wire.end(),
  );
  const results = (): string[] =>
    (server.requests.at(-1)!.body.messages as { role: string; content: unknown }[])
      .filter(({ role }) => role === "tool")
      .map(({ content }) => JSON.stringify(content));
  const toolNames = (): string[] => ((server.requests.at(-1)!.body.tools ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name);
  let serial = 0;
  /** The model asks for one tool and then says that it is done. */
  const use = async (sessionKey: string, name: string, args: Record<string, unknown>): Promise<string> => {
    let asks = 0;
    script = ({ body }) => {
      if (body.model === "eyes") return { text: "A beach with two chairs." };
      asks += 1;
      return asks === 1 ? { toolCalls: [{ name, arguments: args }] } : { text: "Done." };
    };
    serial += 1;
    const runId = `run-${serial}`;
    const sent = await wire.ask("chat.send", { sessionKey, message: `use ${name}`, idempotencyKey: runId });
    expect(sent.ok).toBe(true);
    return runId;
  };
  const done = async (runId: string) => expect((await wire.ask("agent.wait", { runId, timeoutMs: 20_000 })).payload).toMatchObject({ status: "ok" });
  return { state: state.path, server, wire, use, done, results, toolNames };
}

const asked = (wire: WireClient) => wire.heard(({ event }) => event === "exec.approval.requested");

it("runs a command and changes a file for an operator who approved them, and nothing for an agent that has no such tools", async () => {
  const { state, wire, use, done, results, toolNames } = await bench();

  const first = await use("agent:ops:main", "bash", { command: "printf hello" });
  const { id, request } = (await asked(wire)).payload as { id: string; request: Record<string, unknown> };
  expect(request).toMatchObject({ command: "/usr/bin/printf hello", host: "gateway", agentId: "ops", sessionKey: "agent:ops:main" });
  expect((await wire.ask("exec.approval.resolve", { id, decision: "allow-always" })).ok).toBe(true);
  await done(first);
  expect(results().at(-1)).toContain("hello");
  expect(toolNames()).toEqual(expect.arrayContaining(["read", "write", "edit", "apply_patch", "exec", "process"]));

  // That program needs nobody any more; a line for a shell does, each time.
  const { file } = (await wire.ask("exec.approvals.get")).payload as { file: { agents: Record<string, { allowlist: unknown[] }> } };
  expect(file.agents.ops?.allowlist).toMatchObject([{ pattern: "/usr/bin/printf", nodeId: "gateway" }]);

  const main = await use("agent:main:main", "exec", { command: "id" });
  await done(main);
  expect(results().at(-1)).toContain("TOOL_NOT_ALLOWED");
  expect(toolNames().filter((name) => ["read", "write", "exec"].includes(name))).toEqual([]);

  // In a conversation of its own: after a command was read it would need a yes there as well.
  await use("agent:ops:desk", "write_file", { path: "notes.txt", content: "approved" });
  const { payload } = await wire.heard((frame) => frame.event === "approval" && (frame.payload?.approval as { tool?: string })?.tool === "write");
  const approval = payload!.approval as { id: string };
  expect(approval).toMatchObject({ role: "operator", ruleId: "system.files", lines: ["8 bytes", "approved"] });
  const written = join(state, "workspace-ops", "notes.txt");
  expect(existsSync(written)).toBe(false);
  expect((await wire.ask("approvals.resolve", { id: approval.id, decision: "approve" })).ok).toBe(true);
  await expect.poll(() => (existsSync(written) ? readFileSync(written, "utf8") : ""), { timeout: 20_000 }).toBe("approved");
}, 60_000);

it("shows a picture of the workspace to a model that sees, and what that says to the agent", async () => {
  const { state, server, use, done, results, toolNames } = await bench();
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==", "base64");
  mkdirSync(join(state, "workspace-ops"), { recursive: true, mode: 0o700 });
  writeFileSync(join(state, "workspace-ops", "room.png"), png);

  await done(await use("agent:ops:main", "image", { path: "room.png", prompt: "What is outside?" }));
  const [looked, ...others] = server.requests.filter(({ body }) => body.model === "eyes");
  expect(others).toEqual([]);
  expect((looked!.body.messages as { content: unknown }[]).at(-1)?.content).toMatchObject([
    { type: "image_url", image_url: { url: `data:image/png;base64,${png.toString("base64")}` } },
    { type: "text", text: expect.stringContaining("What is outside?") },
  ]);
  expect(results().at(-1)).toContain("A beach with two chairs.");
  expect(toolNames()).toContain("image");

  // The picture went to that model alone and is in no transcript; another agent has no such tool.
  expect(JSON.stringify(server.requests.filter(({ body }) => body.model !== "eyes"))).not.toContain(png.toString("base64"));
  await done(await use("agent:main:main", "image", { path: "room.png" }));
  expect(results().at(-1)).toContain("TOOL_NOT_ALLOWED");
  expect(toolNames()).not.toContain("image");
}, 60_000);
