import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { createOutputTail } from "./output-tail.ts";
import { createPrograms, type Program, type Programs } from "./programs.ts";

const opened: Programs[] = [];
afterEach(async () => {
  for (const programs of opened.splice(0)) await programs.stop();
});

function bench(options: { maxOutputBytes?: number } = {}) {
  const programs = createPrograms(options);
  opened.push(programs);
  const run = (argv: string[], more: Partial<Program> = {}) =>
    programs.run({ argv, cwd: tmpdir(), env: { PATH: "/usr/bin:/bin" }, timeoutMs: 10_000, signal: new AbortController().signal, ...more });
  return { programs, run };
}

const node = process.execPath;
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const gone = async (pid: number) => {
  for (let tries = 0; tries < 200 && alive(pid); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  return !alive(pid);
};

describe("programs of a node", () => {
  it("run without a shell, with their arguments as they are", async () => {
    const { run } = bench();
    expect(await run(["/bin/echo", "$HOME; echo 'x' && ls *"])).toEqual({
      exitCode: 0,
      timedOut: false,
      success: true,
      stdout: "$HOME; echo 'x' && ls *\n",
      stderr: "",
      truncated: false,
    });
    expect(await run(["/bin/sh", "-c", "pwd; echo $SECRET; echo oops >&2; exit 3"], { env: { PATH: "/bin", SECRET: "set" } })).toMatchObject({
      exitCode: 3,
      success: false,
      stdout: expect.stringMatching(/\nset\n$/),
      stderr: "oops\n",
    });
  });

  it("say when they cannot be started", async () => {
    const { run } = bench();
    expect(await run(["/nowhere/program"])).toMatchObject({ exitCode: null, success: false, error: expect.stringContaining("ENOENT") });
  });

  it("end in time with everything they started", async () => {
    const { run } = bench();
    const result = await run(["/bin/sh", "-c", "sleep 30 & echo $!; wait"], { timeoutMs: 300 });
    expect(result).toMatchObject({ timedOut: true, success: false, exitCode: null, signal: "SIGTERM" });
    expect(await gone(Number(result.stdout))).toBe(true);
  });

  it("end when they are no longer wanted, also those that ignore it", async () => {
    const { run } = bench();
    const wanted = new AbortController();
    const stubborn = run([node, "-e", "process.on('SIGTERM',()=>{});console.log(process.pid);setInterval(()=>{},1000)"], { signal: wanted.signal });
    await new Promise((resolve) => setTimeout(resolve, 400));
    wanted.abort();
    const result = await stubborn;
    expect(result).toMatchObject({ success: false, signal: "SIGKILL" });
    expect(await gone(Number(result.stdout))).toBe(true);
    expect(await run(["/bin/sleep", "30"], { signal: wanted.signal })).toMatchObject({ success: false });
  });

  it("leave nothing running behind them", async () => {
    const { run } = bench();
    const result = await run(["/bin/sh", "-c", "sleep 30 & echo $!"]);
    expect(result).toMatchObject({ exitCode: 0, success: true });
    expect(await gone(Number(result.stdout))).toBe(true);
  });

  it("all end when the node does", async () => {
    const { programs, run } = bench();
    const both = [run(["/bin/sleep", "30"]), run(["/bin/sleep", "30"])];
    await new Promise((resolve) => setTimeout(resolve, 100));
    await programs.stop();
    expect(await Promise.all(both)).toMatchObject([{ signal: "SIGTERM" }, { signal: "SIGTERM" }]);
  });

  it("keep the end of a long output, and stay sendable whatever is in it", async () => {
    const { run } = bench({ maxOutputBytes: 1000 });
    const long = await run([node, "-e", "process.stdout.write('x'.repeat(5000)+'end')"]);
    expect(long.stdout).toHaveLength(1000);
    expect(long).toMatchObject({ truncated: true, stdout: expect.stringMatching(/end$/) });
    const binary = await bench().run([node, "-e", "process.stdout.write('\\0'.repeat(500000))"]);
    expect(binary.truncated).toBe(true);
    expect(JSON.stringify(binary).length).toBeLessThan(300_000);
  });
});

describe("the end of an output", () => {
  it("does not begin inside a character", () => {
    const tail = createOutputTail(5);
    tail.add(Buffer.from("aéé"));
    expect([tail.text(), tail.truncated]).toEqual(["aéé", false]);
    tail.add(Buffer.from("é"));
    expect([tail.text(), tail.truncated]).toEqual(["éé", true]);
    for (let i = 0; i < 100; i += 1) tail.add(Buffer.from("é"));
    expect(tail.text()).toBe("éé");
  });
});
