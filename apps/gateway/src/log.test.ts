import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileLogger } from "./log.ts";

describe("log", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "log-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const lineOf = (fields: Record<string, unknown>): Record<string, unknown> => {
    const log = fileLogger({ directory, level: "info", console: false });
    log.info("happened", fields);
    log.close();
    const [file] = readdirSync(directory);
    expect(statSync(join(directory, file!)).mode & 0o777).toBe(0o600);
    return JSON.parse(readFileSync(join(directory, file!), "utf8").trim()) as Record<string, unknown>;
  };

  it("drops secrets, personal data and card numbers however deep they are", () => {
    const line = lineOf({
      "pii.email": "ana@example.com",
      details: { apiKey: "sk-1", list: [{ note: "card 4111 1111 1111 1111" }], "pii.name": "Ana Silva" },
      error: new Error("declined 4111111111111111"),
    });
    expect(line).toMatchObject({
      "pii.email": "***",
      details: { apiKey: "***", list: [{ note: "card ***" }], "pii.name": "***" },
      error: "Error: declined ***",
    });
    expect(JSON.stringify(line)).not.toMatch(/4111|Ana Silva|sk-1/);
  });

  it("keeps kind and place of an unexpected error, and drops its words", () => {
    const error = new TypeError("cannot read ana@example.com");
    const { "pii.error": kept } = lineOf({ "pii.error": error.stack });
    expect(kept).toMatch(/^TypeError at .*log\.test\.ts/);
    expect(kept).not.toContain("ana@example.com");
  });

  it("writes what JSON cannot hold instead of failing its caller", () => {
    const circle: Record<string, unknown> = { n: 1n };
    circle.self = circle;
    expect(lineOf({ circle })).toMatchObject({ message: "happened", circle: { n: "1" } });
  });
});
