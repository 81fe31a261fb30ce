import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const script = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ resolve: (name, context, next) => { if (["@anthropic-ai/sdk", "openai"].includes(name)) loaded.push(name); return next(name, context); } });
  const { anthropic } = await import("@travelagent/agent-runtime/models/anthropic");
  const { openai } = await import("@travelagent/agent-runtime/models/openai");
  const baseUrl = "http://127.0.0.1:9";
  const models = [anthropic({ apiKey: "k", baseUrl, model: "m" }), openai({ apiKey: "k", baseUrl, model: "m", api: "responses" })];
  const before = [...loaded];
  for (const model of models) {
    const request = { system: "", messages: [{ role: "user", content: "hi", timestamp: 0 }], tools: [], now: 0, timeZone: "UTC" };
    await model.stream(request, new AbortController().signal)[Symbol.asyncIterator]().next().catch(() => {});
  }
  console.log(JSON.stringify({ before, after: loaded }));
`;

it("loads a vendor's SDK with the first call and not before, where it needs one", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@travelagent/source", "--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  expect(JSON.parse(stdout)).toEqual({ before: [], after: ["@anthropic-ai/sdk"] });
});
