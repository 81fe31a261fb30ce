// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configHash, keepLastGood, loadConfigFile, loadForStart, openCredentials, watchConfigFile, writeConfigFile } from "./index.ts";
import { replaceFile } from "./write.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "config-"));
  path = join(dir, "travelagent.json");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const write = (raw: string, baseHash: string | null = "any") => writeConfigFile({ path, env: {}, baseHash: baseHash ?? undefined, change: () => raw });
const port = (value: number) => `{ gateway: { port: ${value} } }`;

describe("writeConfigFile", () => {
  it("writes with mode 0600 and keeps the last five texts", async () => {
    for (let value = 1; value <= 7; value++) await write(port(value));
    expect(await readFile(path, "utf8")).toBe(port(7));
    expect(await Promise.all([".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"].map((end) => readFile(path + end, "utf8")))).toEqual([6, 5, 4, 3, 2].map(port));
    for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toHaveLength(6);
  });

  it("leaves the file alone when the new text is invalid", async () => {
    await write(port(1));
    await expect(write("{ gateway: { prot: 2 } }")).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining('did you mean "port"?') });
    await expect(write("{ gateway:")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(write('{ gateway: { auth: { token: "***" } } }')).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("gateway.auth.token"),
    });
    expect(await readFile(path, "utf8")).toBe(port(1));
    expect(await readdir(dir)).toEqual(["travelagent.json"]);
  });

  it("refuses a change made for another text", async () => {
    await write(port(1), null);
    await expect(write(port(2), null)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(write(port(2), configHash("other"))).rejects.toMatchObject({ code: "CONFLICT" });
    await write(port(2), configHash(port(1)));
    expect(await readFile(path, "utf8")).toBe(port(2));
  });

  it("lets one of two writers through", async () => {
    await write(port(1));
    const hash = configHash(port(1));
    const outcomes = await Promise.allSettled([write(port(2), hash), write(port(3), hash)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("takes over the lock of a writer that died", async () => {
    await writeFile(`${path}.lock`, "");
    await utimes(`${path}.lock`, 1, 1);
    await write(port(4));
    expect(await readFile(path, "utf8")).toBe(port(4));
  });
});

describe("loadForStart", () => {
  it("falls back to the last good configuration and says why", async () => {
    await writeFile(join(dir, "part.json"), "{ port: 19001 }");
    await writeFile(path, '{ gateway: { $include: "part.json", auth: { token: "${TOKEN}" } } }');
    const env = { TOKEN: "hunter2" };
    const first = await loadForStart(path, env);
    expect(first.fallback).toBeUndefined();
    await keepLastGood(first.snapshot);
    await writeFile(join(dir, "part.json"), "{ port: oops");
    const second = await loadForStart(path, env);
    expect(second.config.gateway).toMatchObject({ port: 19_001, auth: { token: "hunter2" } });
    expect(second.fallback?.message).toMatch(/last good configuration.*part\.json is no valid JSON5/);
    expect(await readFile(`${path}.last-good`, "utf8")).not.toContain("hunter2");
    expect((await stat(`${path}.last-good`)).mode & 0o777).toBe(0o600);
  });

  it("refuses to start without one", async () => {
    await writeFile(path, "{ gatway: {} }");
    await expect(loadForStart(path, {})).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("gatway: unknown key") });
    await writeFile(`${path}.last-good`, "{ half");
    await expect(loadForStart(path, {})).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("watchConfigFile", () => {
  it("tells of no text that was replaced while it was read", async () => {
    await writeFile(path, port(1));
    let finish = (): void => undefined;
    const seen: number[] = [];
    const watcher = watchConfigFile({
      current: await loadConfigFile(path, {}),
      env: {},
      debounceMs: 0,
      fs: {
        async readFile(file) {
          const text = await readFile(file, "utf8");
          if (text === port(2)) await new Promise<void>((resolve) => (finish = resolve));
          return text;
        },
      },
      onChange: ({ config }) => void seen.push(config!.gateway.port),
      onInvalid: () => undefined,
    });
    const until = async (done: () => boolean) => {
      for (let i = 0; i < 200 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const still = finish;
    await writeFile(`${path}.new`, port(2));
    await rename(`${path}.new`, path);
    await until(() => finish !== still);
    await writeFile(`${path}.new`, port(3));
    await rename(`${path}.new`, path);
    await until(() => seen.length > 0);
    finish();
    await new Promise((resolve) => setTimeout(resolve, 50));
    watcher.close();
    expect(seen).toEqual([3]);
  });

  it("tells good and bad changes, of included files too, and nothing twice", async () => {
    await writeFile(join(dir, "part.json"), "{ port: 1 }");
    await writeFile(path, '{ gateway: { $include: "part.json" } }');
    const clock = fakeClock();
    const seen: (number | string)[] = [];
    const watcher = watchConfigFile({
      current: await loadConfigFile(path, {}),
      env: {},
      clock,
      onChange: ({ config }) => void seen.push(config!.gateway.port),
      onInvalid: ({ issues }) => void seen.push(issues[0]!.path),
    });
    const settle = async (count: number) => {
      for (let i = 0; i < 200 && seen.length < count; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        await clock.advance(300);
      }
    };
    await writeFile(join(dir, "part.json"), "{ port: 2 }");
    await settle(1);
    await writeFile(join(dir, "part.json"), "{ prot: 3 }");
    await settle(2);
    await write("{ gateway: { port: 4 } }");
    await settle(3);
    await writeFile(path, "// a comment\n{ gateway: { port: 4 } }");
    await settle(4);
    watcher.close();
    expect(seen).toEqual([2, "gateway.prot", 4]);
  });

  it("sees a file that was not there, one that is replaced through a link, and a credential that is stored anew", async () => {
    const credentials = openCredentials({ directory: join(dir, "credentials"), masterKey: "ab".repeat(32) });
    await credentials.set("token", "first");
    const seen: (string | undefined)[] = [];
    const watcher = watchConfigFile({
      current: await loadConfigFile(path, {}, { credentials }),
      env: {},
      credentials,
      debounceMs: () => 0,
      onChange: ({ config }) => void seen.push(config!.gateway.auth.token),
      onInvalid: () => void seen.push("invalid"),
    });
    const settle = async (count: number) => {
      for (let i = 0; i < 400 && seen.length < count; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await writeFile(path, '{ gateway: { auth: { token: "${credential:token}" } } }');
    await settle(1);
    await credentials.set("token", "second");
    await settle(2);
    // As a mounted configuration changes: the file is a link into a directory that is exchanged as a whole.
    await mkdir(join(dir, "v1"));
    await writeFile(join(dir, "v1", "travelagent.json"), '{ gateway: { auth: { token: "linked" } } }');
    await symlink("v1", join(dir, "..data"));
    await symlink(join("..data", "travelagent.json"), join(dir, "link"));
    await rename(join(dir, "link"), path);
    await settle(3);
    await mkdir(join(dir, "v2"));
    await writeFile(join(dir, "v2", "travelagent.json"), '{ gateway: { auth: { token: "exchanged" } } }');
    await symlink("v2", join(dir, "..next"));
    await rename(join(dir, "..next"), join(dir, "..data"));
    await settle(4);
    watcher.close();
    expect(seen).toEqual(["first", "second", "linked", "exchanged"]);
  });

  it("does not throw when there is nothing to watch", async () => {
    const current = await loadConfigFile(join(dir, "no", "such", "file.json"), {});
    watchConfigFile({ current, env: {}, onChange() {}, onInvalid() {} }).close();
  });
});

it("says when the directory cannot be written", async () => {
  if (process.getuid?.() === 0) return;
  await chmod(dir, 0o500);
  await expect(write(port(1))).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await chmod(dir, 0o700);
});

it("writes one whole text when two are written at once, and leaves nothing behind", async () => {
  const place = await mkdtemp(join(tmpdir(), "replace-"));
  try {
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(200_000));
    await Promise.all(texts.map((text) => replaceFile(join(place, "file"), text)));
    expect(texts).toContain(await readFile(join(place, "file"), "utf8"));
    expect(await readdir(place)).toEqual(["file"]);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});
