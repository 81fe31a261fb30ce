import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolContext } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileRoot } from "./file-root.ts";
import { fileTools } from "./file-tools.ts";

const context = { turn: { agentId: "main", sessionKey: "agent:main:main" }, now: 0, signal: new AbortController().signal } as unknown as ToolContext;

let directory: string;
let writable = true;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "files-"));
  writable = true;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const tools = fileTools({ workplace: async () => ({ files: await openFileRoot({ directory, writable }) }) });
const tool = (name: string) => tools.find((each) => each.name === name)!;
/** Both what a person would be shown and what is done: neither may pass where the other refuses. */
const call = async (name: string, args: unknown) => {
  const { args: schema, describe: shown, execute } = tool(name);
  const checked = schema.parse(args);
  await shown?.(checked, context);
  return (await execute(checked, context)).content as Record<string, unknown>;
};
const put = async (name: string, text: string | Buffer) => {
  await mkdir(join(directory, name, ".."), { recursive: true });
  await writeFile(join(directory, name), text);
};
const text = (name: string) => readFile(join(directory, name), "utf8");
const coded = (code: string) => expect.objectContaining({ code });

describe("the file tools", () => {
  it("are for those who are named, and their writes ask", () => {
    expect(tools.map(({ name, group, effect, writes, optIn, repeatable }) => ({ name, group, effect, writes, optIn, repeatable }))).toEqual([
      { name: "read", group: "fs", effect: "read", optIn: true },
      { name: "write", group: "fs", effect: "write", writes: "system", optIn: true },
      { name: "edit", group: "fs", effect: "write", writes: "system", optIn: true, repeatable: false },
      { name: "apply_patch", group: "fs", effect: "write", writes: "system", optIn: true, repeatable: false },
    ]);
    for (const { effect, describe: shown } of tools) expect(shown !== undefined).toBe(effect === "write");
  });
});

describe("read", () => {
  it("gives lines from an offset, and says how to go on", async () => {
    await put("a.txt", "one\ntwo\nthree\nfour\n");
    expect(await call("read", { path: "a.txt", offset: 2, limit: 2 })).toEqual({
      path: "a.txt",
      text: "two\nthree",
      from: 2,
      lines: 2,
      totalLines: 4,
      note: "1 more lines: read on with offset 4",
    });
    expect(await call("read", { path: "a.txt" })).toMatchObject({ text: "one\ntwo\nthree\nfour", lines: 4 });
    expect(await call("read", { path: "a.txt", offset: 9 })).toMatchObject({ text: "", lines: 0 });
  });

  it("cuts a megabyte, with a note", async () => {
    await put("big.txt", `${"x".repeat(99)}\n`.repeat(10_000));
    const { text: read, note, lines } = await call("read", { path: "big.txt" });
    expect((read as string).length).toBeLessThan(51_000);
    expect(note).toContain(`read on with offset ${Number(lines) + 1}`);
    await put("line.txt", "y".repeat(1_000_000));
    expect(await call("read", { path: "line.txt" })).toMatchObject({ lines: 1, note: expect.stringContaining("was cut") });
  });

  it.each([
    ["png", "89504e470d0a1a0a0000000d49484452000000400000002008060000", { mimeType: "image/png", width: 64, height: 32 }],
    ["gif", "474946383961400020000000", { mimeType: "image/gif", width: 64, height: 32 }],
    ["jpg", "ffd8ffe000104a46494600010100000100010000ffc0001108002000400301220002110103110100", { mimeType: "image/jpeg", width: 64, height: 32 }],
    ["webp", "524946460000000057454250", { mimeType: "image/webp" }],
  ])("knows an image of kind %s by its bytes, whatever it is called", async (_, bytes, facts) => {
    await put("notes.txt", Buffer.from(bytes, "hex"));
    expect(await call("read", { path: "notes.txt" })).toMatchObject({ kind: "image", ...facts });
  });

  it("lists directories, refuses what is no text, and calls all of it other people's words", async () => {
    await put("a/b.txt", "x");
    await put("binary", Buffer.from([0, 1, 2]));
    expect(await call("read", { path: "." })).toEqual({ path: ".", entries: ["a/", "binary"] });
    expect(await call("read", { path: "a" })).toEqual({ path: "a", entries: ["b.txt"] });
    await expect(call("read", { path: "binary" })).rejects.toEqual(coded("INVALID_REQUEST"));
    await expect(call("read", { path: "none.txt" })).rejects.toEqual(coded("NOT_FOUND"));
    await expect(call("read", { path: "../x" })).rejects.toEqual(coded("SCOPE_VIOLATION"));
    for (const path of ["a/b.txt", "a"]) expect(await tool("read").execute({ path }, context)).toMatchObject({ tainted: true });
  });
});

describe("write", () => {
  it("makes parents and overwrites, and shows what it would do", async () => {
    expect(await tool("write").describe?.({ path: "a/b.txt", content: "one" }, context)).toMatchObject({
      title: "Create a/b.txt",
      lines: ["3 bytes", "one"],
      subject: { path: "a/b.txt", before: null },
    });
    await call("write", { path: "a/b.txt", content: "one" });
    expect(await tool("write").describe?.({ path: "a/b.txt", content: "two" }, context)).toMatchObject({ title: "Replace a/b.txt" });
    await call("write", { path: "a/b.txt", content: "two" });
    expect(await text("a/b.txt")).toBe("two");
  });

  it("needs a new yes when the file is another one meanwhile", async () => {
    const subject = async () => JSON.stringify((await tool("write").describe?.({ path: "a.txt", content: "x" }, context))?.subject);
    const before = await subject();
    await put("a.txt", "somebody else's");
    expect(await subject()).not.toBe(before);
  });

  it.each(["write", "edit", "apply_patch"])("does nothing in a read-only workspace: %s", async (name) => {
    await put("a.txt", "one\n");
    writable = false;
    const args = {
      write: { path: "a.txt", content: "two" },
      edit: { path: "a.txt", oldText: "one", newText: "two" },
      apply_patch: { patch: "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch" },
    }[name]!;
    await expect(tool(name).describe?.(args, context)).rejects.toEqual(coded("FORBIDDEN"));
    await expect(tool(name).execute(args, context)).rejects.toEqual(coded("FORBIDDEN"));
    expect(await text("a.txt")).toBe("one\n");
  });
});

describe("edit", () => {
  it("changes the one place, and asks for more when there are none or several", async () => {
    await put("a.txt", "one two one $& two\r\n");
    await expect(call("edit", { path: "a.txt", oldText: "three", newText: "x" })).rejects.toEqual(coded("CONFLICT"));
    await expect(call("edit", { path: "a.txt", oldText: "one", newText: "x" })).rejects.toThrow("2 times");
    expect(await call("edit", { path: "a.txt", oldText: "one two", newText: "$& $1" })).toEqual({ path: "a.txt", replaced: 1 });
    expect(await text("a.txt")).toBe("$& $1 one $& two\r\n");
    expect(await call("edit", { path: "a.txt", oldText: "$&", newText: "", replaceAll: true })).toMatchObject({ replaced: 2 });
  });

  it("leaves files alone that it could not put back as they are", async () => {
    await put("latin.txt", Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await expect(call("edit", { path: "latin.txt", oldText: "caf", newText: "x" })).rejects.toEqual(coded("INVALID_REQUEST"));
    await put("bom.txt", "\ufeffone");
    await call("edit", { path: "bom.txt", oldText: "one", newText: "two" });
    expect(await text("bom.txt")).toBe("\ufefftwo");
  });
});

describe("apply_patch", () => {
  const patch = (...lines: string[]) => ({ patch: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });

  it("adds, updates, moves and deletes", async () => {
    await put("plan.md", "# Plan\n\n## Day 1\nLisbon\n\n## Day 2\nLisbon\nrest\n");
    await put("old.txt", "moved\nlines\n");
    await put("gone.txt", "x\n");
    const result = await call(
      "apply_patch",
      patch(
        "*** Add File: new/hello.txt",
        "+hello",
        "+world",
        "*** Update File: plan.md",
        "@@ ## Day 2",
        "-Lisbon",
        "+Porto",
        " rest",
        "@@",
        "+done",
        "*** End of File",
        "*** Update File: old.txt",
        "*** Move to: kept/new.txt",
        "@@",
        "-lines",
        "+words",
        "*** Delete File: gone.txt",
      ),
    );
    expect(result).toEqual({ changed: ["add new/hello.txt", "update plan.md", "move old.txt to kept/new.txt", "delete gone.txt"] });
    expect(await text("new/hello.txt")).toBe("hello\nworld\n");
    expect(await text("plan.md")).toBe("# Plan\n\n## Day 1\nLisbon\n\n## Day 2\nPorto\nrest\ndone\n");
    expect(await text("kept/new.txt")).toBe("moved\nwords\n");
    await expect(text("old.txt")).rejects.toThrow();
    await expect(text("gone.txt")).rejects.toThrow();
  });

  it("keeps the kind of line ends, and whether there is one at the end", async () => {
    await put("dos.txt", "one\r\ntwo\r\n");
    await put("open.txt", "one\ntwo");
    await call("apply_patch", patch("*** Update File: dos.txt", " one", "-two", "+three", "*** Update File: open.txt", "-two", "+three"));
    expect([await text("dos.txt"), await text("open.txt")]).toEqual(["one\r\nthree\r\n", "one\nthree"]);
  });

  it.each([
    ["CONFLICT", ["*** Update File: a.txt", "-three", "+four"]],
    ["CONFLICT", ["*** Update File: a.txt", "@@ no such heading", "-one", "+four"]],
    ["CONFLICT", ["*** Update File: a.txt", "-two", "+x", "@@", "-one", "+y"]],
    ["CONFLICT", ["*** Add File: b.txt", "+over it"]],
    ["CONFLICT", ["*** Update File: a.txt", "*** Move to: b.txt", "-one", "+four"]],
    ["NOT_FOUND", ["*** Delete File: none.txt"]],
    ["SCOPE_VIOLATION", ["*** Add File: ../out.txt", "+x"]],
    ["SCOPE_VIOLATION", ["*** Update File: a.txt", "*** Move to: /tmp/out.txt", "-one", "+x"]],
    ["SCOPE_VIOLATION", ["*** Delete File: ..\\..\\out.txt"]],
    ["INVALID_REQUEST", ["*** Add File: new.txt", "no plus"]],
    ["INVALID_REQUEST", ["*** Update File: a.txt"]],
    ["INVALID_REQUEST", ["*** Update File: a.txt", "@@"]],
    ["INVALID_REQUEST", ["*** Rename File: a.txt"]],
    ["INVALID_REQUEST", ["*** Delete File: a.txt", "*** Delete File: ./a.txt"]],
    ["INVALID_REQUEST", []],
  ])("changes nothing when one part fails with %s: %j", async (code, lines) => {
    await put("a.txt", "one\ntwo\n");
    await put("b.txt", "b\n");
    const before = lines.length === 0 ? [] : ["*** Add File: first.txt", "+first"];
    await expect(call("apply_patch", patch(...before, ...lines))).rejects.toEqual(coded(code));
    expect([await text("a.txt"), await text("b.txt")]).toEqual(["one\ntwo\n", "b\n"]);
    await expect(text("first.txt")).rejects.toThrow();
  });

  it("says which line of the patch is wrong", async () => {
    const failure = await call("apply_patch", { patch: "*** Begin Patch\n*** Add File: a\n+x\nwrong\n*** End Patch" }).catch((error: unknown) => error);
    expect(TravelAgentError.is(failure, "INVALID_REQUEST") && failure.message).toContain("line 4 of the patch");
    await expect(call("apply_patch", { patch: "diff --git a b" })).rejects.toThrow("*** Begin Patch");
  });
});
