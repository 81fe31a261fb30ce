import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call, Result } from "@travelagent/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logHandlers } from "./log-tail.ts";

describe("logs.tail", () => {
  let directory: string;
  const day1 = "gateway-2027-01-14.jsonl";
  const day2 = "gateway-2027-01-15.jsonl";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "tail-"));
    writeFileSync(join(directory, "secrets.txt"), "no log\n");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const tail = (params?: { cursor?: number; limit?: number; maxBytes?: number; file?: string }) =>
    logHandlers({ directory })["logs.tail"]!(params, {} as Call) as Promise<Result<"logs.tail">>;
  const write = (file: string, ...lines: string[]) => appendFileSync(join(directory, file), lines.map((line) => `${line}\n`).join(""));

  it("gives the last lines, then with its cursor only new ones, and waits for the end of a line", async () => {
    expect(await tail()).toEqual({ file: "", cursor: 0, size: 0, lines: [], truncated: false, reset: false });
    write(day2, "a", "b", "ç");
    const first = await tail({ limit: 2 });
    expect(first).toEqual({ file: day2, cursor: 7, size: 7, lines: ["b", "ç"], truncated: true, reset: false });
    expect((await tail({ cursor: first.cursor })).lines).toEqual([]);
    appendFileSync(join(directory, day2), '{"half":');
    expect(await tail({ cursor: first.cursor })).toMatchObject({ lines: [], cursor: 7 });
    appendFileSync(join(directory, day2), "1}\n");
    expect(await tail({ cursor: first.cursor })).toMatchObject({ lines: ['{"half":1}'], truncated: false });
  });

  it("says when it leaves lines out, and when the cursor is no place any more", async () => {
    write(day2, ...Array.from({ length: 1000 }, (_, index) => `line ${index}`));
    const page = await tail({ cursor: 0, maxBytes: 1000 });
    expect(page.truncated).toBe(true);
    expect(page.lines.at(-1)).toBe("line 999");
    expect(page.lines.every((line) => /^line \d+$/.test(line))).toBe(true);
    expect(page.lines.join("\n").length).toBeLessThanOrEqual(1000);
    expect(await tail({ cursor: 0, limit: 3 })).toMatchObject({ lines: ["line 997", "line 998", "line 999"], truncated: true });
    expect(await tail({ cursor: 999_999, limit: 1 })).toMatchObject({ lines: ["line 999"], reset: true });
  });

  it("goes on with the next day where the last one ended, and reads no other file", async () => {
    write(day1, "yesterday 1");
    const first = await tail();
    write(day1, "yesterday 2");
    write(day2, "today 1");
    const rest = await tail({ file: first.file, cursor: first.cursor });
    expect(rest).toMatchObject({ file: day1, lines: ["yesterday 2"] });
    expect(await tail({ file: rest.file, cursor: rest.cursor })).toMatchObject({ file: day2, lines: ["today 1"], reset: false });
    expect(await tail({ file: "gateway-2026-01-01.jsonl", cursor: 5 })).toMatchObject({ file: day2, lines: ["today 1"], reset: true });
    for (const file of ["secrets.txt", "../secrets.txt", "../../etc/passwd"]) await expect(tail({ file })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});
