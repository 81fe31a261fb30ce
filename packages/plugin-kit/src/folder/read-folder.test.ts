import { once } from "node:events";
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePlugin } from "../testing/write-plugin.ts";
import { readPluginFolder } from "./read-folder.ts";
import { clearStage, stagePlugin } from "./stage.ts";

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "plugin-"));
  folder = writePlugin(join(home, "fx"), { files: { "lib/a.js": "a", "lib/b.js": "b" } });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const hash = async (path = folder) => (await readPluginFolder(path)).sha256;

describe("the hash of a plugin", () => {
  it("is the same wherever the folder lies and in whatever order it was written", async () => {
    const other = writePlugin(join(home, "elsewhere"), { files: { "lib/b.js": "b", "lib/a.js": "a" } });
    expect(await hash(other)).toBe(await hash());
    expect(await hash()).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, () => void]>([
    ["a byte of a file", () => writeFileSync(join(folder, "lib/a.js"), "A")],
    ["a new file", () => writeFileSync(join(folder, ".hidden"), "")],
    ["a file in a folder deep down", () => writePlugin(folder, { files: { "node_modules/x/index.js": "x" } })],
    ["a file less", () => rmSync(join(folder, "lib/a.js"))],
    ["another name", () => renameSync(join(folder, "lib/a.js"), join(folder, "lib/c.js"))],
    ["two files exchanged", () => writePlugin(folder, { files: { "lib/a.js": "b", "lib/b.js": "a" } })],
    ["the manifest", () => writePlugin(folder, { manifest: { description: "Other rates" } })],
    [
      "a link in place of a file",
      () => {
        rmSync(join(folder, "lib/b.js"));
        symlinkSync("a.js", join(folder, "lib/b.js"));
      },
    ],
  ])("changes with %s", async (_, change) => {
    const before = await hash();
    change();
    expect(await hash()).not.toBe(before);
  });
});

describe("a folder", () => {
  it.each<[string, () => unknown, string]>([
    ["is not there", () => rmSync(folder, { recursive: true }), "there is no folder"],
    ["has no manifest", () => rmSync(join(folder, "travelagent.plugin.json")), "there is no travelagent.plugin.json"],
    ["has no main", () => rmSync(join(folder, "index.js")), "main: there is no file index.js"],
    ["has a link out of it", () => symlinkSync("../../secret", join(folder, "lib/out")), "leads nowhere"],
    [
      "has a link to a file beside it",
      () => {
        writeFileSync(join(home, "beside.js"), "");
        symlinkSync("../../beside.js", join(folder, "lib/out.js"));
      },
      "the link lib/out.js leads out of the plugin's folder",
    ],
    ["has an absolute link", () => symlinkSync(join(folder, "index.js"), join(folder, "lib/abs.js")), "leads out of the plugin's folder"],
    ["has a link that comes back in", () => symlinkSync("../../fx/index.js", join(folder, "lib/round.js")), "leads out of the plugin's folder"],
    [
      "has a folder linked in",
      () => {
        mkdirSync(join(home, "shared"));
        symlinkSync("../shared", join(folder, "shared"));
      },
      "leads out of the plugin's folder",
    ],
    ["is open to every user", () => chmodSync(folder, 0o777), "every user of this machine may write to"],
    ["has a file that is open to every user", () => chmodSync(join(folder, "lib/a.js"), 0o666), "lib/a.js: take that away"],
    ["has a socket in it", () => once(createServer().listen(join(folder, "socket")).unref(), "listening"), "socket is no file, folder or link"],
    ["names skills it has not", () => writePlugin(folder, { manifest: { skills: ["skills"] } }), "skills: there is no folder skills"],
  ])("that %s is refused", async (_, change, said) => {
    await change();
    await expect(readPluginFolder(folder)).rejects.toThrow(said);
  });

  it("that is too large is refused", async () => {
    await expect(readPluginFolder(folder, { maxFiles: 3 })).rejects.toThrow("more than 3 files");
    await expect(readPluginFolder(folder, { maxBytes: 100 })).rejects.toThrow("is larger than");
  });

  it("may be named by a link: what counts is where it leads", async () => {
    symlinkSync(folder, join(home, "named"));
    expect(await hash(join(home, "named"))).toBe(await hash());
  });
});

it("loads what was hashed: what changes afterwards, or lies behind another name of a file, does not count", async () => {
  linkSync(join(folder, "lib/a.js"), join(home, "same-file.js"));
  symlinkSync("a.js", join(folder, "lib/c.js"));
  const read = await readPluginFolder(folder);
  writeFileSync(join(home, "same-file.js"), "changed");
  const stage = join(home, "stage");
  await clearStage(stage);
  const [one, two] = [await stagePlugin(stage, read), await stagePlugin(stage, read)];
  expect(one).not.toBe(two);
  expect(await hash(one)).toBe(read.sha256);
  expect(readFileSync(join(one, "lib/c.js"), "utf8")).toBe("a");
  await clearStage(stage);
  expect(existsSync(one)).toBe(false);
});
