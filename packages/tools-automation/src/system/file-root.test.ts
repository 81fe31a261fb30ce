import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileSystemRoot, openFileRoot } from "./file-root.ts";
import { workspaceParts } from "./workspace-path.ts";

let outside: string;
let directory: string;
let root: FileSystemRoot;
beforeEach(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), "root-")));
  directory = join(outside, "workspace");
  await mkdir(directory);
  await writeFile(join(outside, "secret.txt"), "secret");
  root = await openFileRoot({ directory });
});
afterEach(() => rm(outside, { recursive: true, force: true }));

const text = async (path: string) => (await root.read(path)).bytes.toString();
const put = (path: string, words: string) => root.change([{ path, bytes: Buffer.from(words) }]);

const hostile = [
  "../secret.txt",
  "..",
  "a/../../secret.txt",
  "./../secret.txt",
  "a/..",
  "/etc/passwd",
  "//server/share/file",
  "\\\\server\\share\\file",
  "\\\\?\\C:\\Windows\\win.ini",
  "..\\secret.txt",
  "a\\..\\..\\secret.txt",
  "C:\\Windows\\win.ini",
  "C:/Windows/win.ini",
  "c:secret.txt",
  "file:///etc/passwd",
  "~/secret.txt",
  "~root/.ssh/id_rsa",
  "notes.txt:stream",
  "a/.. /secret.txt",
  "a/... /x",
  "..../x",
  "con./x",
  "a\0b",
  "a\nb",
  "a\u0085b",
  "x".repeat(300),
  `${"a/".repeat(600)}b`,
];

describe("paths of the workspace", () => {
  it.each(hostile)("refuse %j, for reading, writing, listing and starting in", async (path) => {
    const refused = { code: "SCOPE_VIOLATION" };
    await expect(root.read(path)).rejects.toMatchObject(refused);
    await expect(put(path, "x")).rejects.toMatchObject(refused);
    await expect(root.change([{ path, bytes: null }])).rejects.toMatchObject(refused);
    await expect(root.list(path)).rejects.toMatchObject(refused);
    await expect(root.directoryFor(path)).rejects.toMatchObject(refused);
    expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("secret");
    expect(await readdir(outside)).toHaveLength(2);
  });

  it.each([
    ["notes/plan.md", ["notes", "plan.md"]],
    ["./notes//plan.md", ["notes", "plan.md"]],
    [".env", [".env"]],
    ["..notes/a..b", ["..notes", "a..b"]],
    ["%2e%2e/x", ["%2e%2e", "x"]],
    ["Reise nach Köln.md", ["Reise nach Köln.md"]],
    [".", []],
    ["", []],
  ])("read %j as %j", (path, parts) => expect(workspaceParts(path)).toEqual(parts));
});

describe("files below a root", () => {
  it("are written with their parents, whole, and read back", async () => {
    await put("a/b/c.txt", "one");
    await put("a/b/c.txt", "two");
    expect(await text("a/b/c.txt")).toBe("two");
    expect(await root.list(".")).toEqual(["a/"]);
    expect(await root.list("a/b")).toEqual(["c.txt"]);
    expect(await root.read("a/b/c.txt", 2)).toMatchObject({ size: 3, bytes: Buffer.from("tw") });
    await expect(root.read("a/b")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(root.read("a/none")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("are never reached through a link, wherever it stands", async () => {
    await symlink(join(outside, "secret.txt"), join(directory, "link"));
    await symlink(outside, join(directory, "up"));
    await mkdir(join(directory, "real"));
    await writeFile(join(directory, "real", "in.txt"), "in");
    await symlink("real", join(directory, "inside"));
    for (const path of ["link", "up/secret.txt", "up/new.txt", "inside/in.txt"]) {
      await expect(root.read(path)).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
      await expect(put(path, "overwritten")).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
    }
    await expect(root.list("up")).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
    await expect(root.directoryFor("up")).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
    await expect(put("up/made/new.txt", "x")).rejects.toMatchObject({ code: "SCOPE_VIOLATION" });
    expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("secret");
    expect((await readdir(outside)).sort()).toEqual(["secret.txt", "workspace"]);
  });

  it("are not written through a second name of a file elsewhere", async () => {
    await link(join(outside, "secret.txt"), join(directory, "second"));
    await put("second", "mine");
    expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("secret");
    expect(await text("second")).toBe("mine");
  });

  it("hold when a directory becomes a link in the middle of a call", async () => {
    await mkdir(join(outside, "target"));
    let running = true;
    // Turns the directory into a link and back as fast as it can, while the root is used.
    const attacker = (async () => {
      while (running) {
        await rm(join(directory, "swap"), { recursive: true, force: true }).catch(() => undefined);
        await symlink(join(outside, "target"), join(directory, "swap")).catch(() => undefined);
        await rm(join(directory, "swap"), { force: true }).catch(() => undefined);
        await mkdir(join(directory, "swap")).catch(() => undefined);
      }
    })();
    const ends = { done: 0, refused: 0 };
    for (let round = 0; round < 150; round += 1)
      await put("swap/file.txt", "x").then(
        () => (ends.done += 1),
        () => (ends.refused += 1),
      );
    running = false;
    await attacker;
    expect(await readdir(join(outside, "target"))).toEqual([]);
    expect(ends.done + ends.refused).toBe(150);
  });

  it("are plain files only: a pipe is not waited for", async () => {
    execFileSync("/bin/sh", ["-c", 'mkfifo "$1"', "sh", join(directory, "pipe")]);
    await expect(root.read("pipe")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("change together or not at all", async () => {
    await put("one.txt", "1");
    await put("two.txt", "2");
    await mkdir(join(directory, "dir"));
    const change = [
      { path: "one.txt", bytes: Buffer.from("new") },
      { path: "two.txt", bytes: null },
      { path: "three.txt", bytes: Buffer.from("3") },
    ];
    await expect(root.change([...change, { path: "one.txt/below", bytes: Buffer.from("x") }])).rejects.toThrow();
    await expect(root.change([...change, { path: "dir", bytes: Buffer.from("x") }])).rejects.toThrow();
    await expect(root.change([...change, { path: "two.txt", bytes: Buffer.from("x"), mustBeNew: true }])).rejects.toMatchObject({ code: "CONFLICT" });
    expect([await text("one.txt"), await text("two.txt"), await root.list(".")]).toEqual(["1", "2", ["dir/", "one.txt", "two.txt"]]);
    await root.change(change);
    expect([await text("one.txt"), await root.list(".")]).toEqual(["new", ["dir/", "one.txt", "three.txt"]]);
  });

  it("keep their mode, and nobody else reads new ones", async () => {
    await writeFile(join(directory, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    await put("run.sh", "#!/bin/sh\necho hi\n");
    await put("new.txt", "x");
    const mode = async (name: string) => ((await stat(join(directory, name))).mode & 0o777).toString(8);
    expect([await mode("run.sh"), await mode("new.txt")]).toEqual(["755", "600"]);
  });

  it("stay as they are in a root that is read-only", async () => {
    await put("a.txt", "a");
    const frozen = await openFileRoot({ directory, writable: false });
    await expect(frozen.change([{ path: "a.txt", bytes: null }])).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await frozen.read("a.txt")).bytes.toString()).toBe("a");
  });
});
