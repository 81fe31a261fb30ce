import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const text = (path: string) => readFile(new URL(path, import.meta.url), "utf8");

it("shows in the README the program that is tested, in at most 30 lines", async () => {
  const program = (await text("./embed/gateway.ts")).trimEnd();
  expect(program.split("\n").length).toBeLessThanOrEqual(30);
  expect(await text("../README.md")).toContain(`\`\`\`ts\n${program}\n\`\`\``);
});
