import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("loads no vendor's SDK before the first call", async () => {
  const [ours, vendors] = [["./anthropic.ts", "./openai.ts"].map((path) => new URL(path, import.meta.url).href), ["/@anthropic-ai/sdk/", "/openai/"]];
  const script = `
    import { createRequire } from "node:module";
    const { anthropic } = await import(${JSON.stringify(ours[0])});
    const { openai } = await import(${JSON.stringify(ours[1])});
    anthropic({ apiKey: "k", model: "m" });
    openai({ apiKey: "k", model: "m", api: "responses" });
    const loaded = Object.keys(createRequire(import.meta.url).cache).concat(process.moduleLoadList);
    const found = loaded.filter((path) => ${JSON.stringify(vendors)}.some((vendor) => path.includes("node_modules" + vendor)));
    console.log(JSON.stringify(found));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@travelagent/source", "--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  expect(JSON.parse(stdout)).toEqual([]);
});
