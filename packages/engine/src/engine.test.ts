import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { openEngine } from "./engine.ts";
import { engineContract } from "./testing/index.ts";

const childScript = new URL("./testing/embedded-child.ts", import.meta.url);
const execArgv = ["--conditions=@travelagent/source", "--disable-warning=ExperimentalWarning"];

engineContract({ describe, it, expect }, "embedded", async () => {
  const directory = await mkdtemp(join(tmpdir(), "engine-"));
  const location = join(directory, "data", "travelagent.db");
  return { location, childScript, execArgv, open: async () => openEngine({ path: location }), dispose: () => rm(directory, { recursive: true, force: true }) };
});

describe("an embedded engine on a file", () => {
  const directories: string[] = [];
  const newPath = async () => {
    const directory = await mkdtemp(join(tmpdir(), "engine-"));
    directories.push(directory);
    return join(directory, "state", "travelagent.db");
  };
  afterEach(async () => {
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  it("keeps its files to the owner of the process", async () => {
    const path = await newPath();
    const engine = openEngine({ path });
    await engine.start();
    await engine.work.submit({ name: "nobody", id: "1" });
    const mode = async (file: string) => (await stat(file)).mode & 0o777;
    expect(await mode(join(path, ".."))).toBe(0o700);
    for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}.lock`]) expect(await mode(file)).toBe(0o600);
    await engine.stop();
  });

  it("refuses a second owner and names the first, in the same process and in another", async () => {
    const path = await newPath();
    const engine = openEngine({ path });
    expect(() => openEngine({ path })).toThrowError(
      expect.objectContaining({ code: "CONFLICT", details: { path, pid: process.pid, since: expect.any(Number) } }),
    );
    await engine.stop();

    const child = fork(fileURLToPath(childScript), { execArgv });
    const exit = once(child, "exit");
    child.send({ location: path, ledger: join(path, "..", "ledger"), requests: [] });
    await once(child, "message");
    expect(() => openEngine({ path })).toThrowError(expect.objectContaining({ code: "CONFLICT", message: expect.stringContaining(`process ${child.pid}`) }));
    child.kill("SIGKILL");
    await exit;
    const next = openEngine({ path });
    await next.stop();
  });
});
