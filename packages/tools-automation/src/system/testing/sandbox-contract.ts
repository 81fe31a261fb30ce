import type { Runner } from "@travelagent/protocol/testing";
import type { Sandbox } from "../sandbox.ts";

/** A sandbox over a directory of its own. */
export interface SandboxBench {
  sandbox: Sandbox;
  /** On this machine; programs start in it. */
  directory: string;
  /** What is in a file of that directory; null when it is not there. */
  file(name: string): Promise<string | null>;
  close?(): Promise<void>;
}

const env = { PATH: "/usr/local/bin:/usr/bin:/bin", COLOUR: "blue" };

/** What every `Sandbox` does, whatever it keeps programs from. They are those of any system: `sh`, `cat`, `sleep`. */
export function sandboxContract({ describe, it, expect }: Runner, name: string, open: () => Promise<SandboxBench>): void {
  const using = (body: (bench: SandboxBench) => Promise<void>) => async () => {
    const bench = await open();
    try {
      await body(bench);
    } finally {
      await bench.close?.();
    }
  };
  const sh = (script: string) => ["/bin/sh", "-c", script];

  describe(`sandbox contract: ${name}`, () => {
    it(
      "starts a program as it is told, without a shell",
      using(async ({ sandbox, directory }) => {
        const result = await sandbox.run(["echo", "$HOME;", "a  b"], { cwd: directory, env, timeoutMs: 20_000 });
        expect(result).toEqual({ code: 0, signal: null, output: "$HOME; a  b\n" });
      }),
      30_000,
    );

    it(
      "gives it the environment it is told, and nothing of its own",
      using(async ({ sandbox, directory }) => {
        const { output } = await sandbox.run(sh("echo $COLOUR/$TRAVELAGENT_CONTRACT_SECRET"), { cwd: directory, env, timeoutMs: 20_000 });
        expect(output).toBe("blue/\n");
      }),
      30_000,
    );

    it(
      "tells how it ended",
      using(async ({ sandbox, directory }) => {
        expect(await sandbox.run(sh("echo no >&2; exit 7"), { cwd: directory, env, timeoutMs: 20_000 })).toMatchObject({ code: 7, output: "no\n" });
      }),
      30_000,
    );

    it(
      "hands in what goes to standard input, and closes it",
      using(async ({ sandbox, directory }) => {
        expect((await sandbox.run(["cat"], { cwd: directory, env, timeoutMs: 20_000, stdin: "one\ntwo" })).output).toBe("one\ntwo");
      }),
      30_000,
    );

    it(
      "works in the directory",
      using(async ({ sandbox, directory, file }) => {
        await sandbox.run(sh("echo here > made.txt"), { cwd: directory, env, timeoutMs: 20_000 });
        expect(await file("made.txt")).toBe("here\n");
      }),
      30_000,
    );

    it(
      "keeps the beginning and the end of much output",
      using(async ({ sandbox, directory }) => {
        const { output } = await sandbox.run(sh("echo first; yes middle | head -c 3000000; echo last"), {
          cwd: directory,
          env,
          timeoutMs: 20_000,
          maxOutputBytes: 10_000,
        });
        expect(output.startsWith("first\n")).toBe(true);
        expect(output.endsWith("last\n")).toBe(true);
        expect(output.length).toBeLessThan(10_200);
      }),
      30_000,
    );

    for (const how of ["timeout", "abort", "kill"] as const)
      it(
        `ends everything it started by ${how}`,
        using(async ({ sandbox, directory, file }) => {
          const stop = new AbortController();
          let said = "";
          const hear = (chunk: Buffer) => {
            said += chunk.toString();
          };
          // A child in the background, and one in a session of its own where the system can make one.
          const script = "(while :; do echo x >> alive; sleep 0.1; done) & (setsid sh -c 'while :; do echo x >> alive; sleep 0.1; done' &) ; echo up; wait";
          const running = await sandbox.start(sh(script), {
            cwd: directory,
            env,
            timeoutMs: how === "timeout" ? 1_500 : 20_000,
            signal: stop.signal,
            onOutput: hear,
          });
          for (let waited = 0; waited < 100 && !(said.includes("up") && (await file("alive"))); waited += 1)
            await new Promise((resolve) => setTimeout(resolve, 50));
          if (how === "abort") stop.abort();
          if (how === "kill") running.kill();
          expect(await running.exited).toMatchObject({ endedBy: how });
          await new Promise((resolve) => setTimeout(resolve, 300));
          const then = (await file("alive"))?.length ?? 0;
          await new Promise((resolve) => setTimeout(resolve, 400));
          expect(then).toBeGreaterThan(0);
          expect((await file("alive"))?.length).toBe(then);
        }),
        30_000,
      );

    it(
      "takes input as long as it runs",
      using(async ({ sandbox, directory }) => {
        let said = "";
        const hear = (chunk: Buffer) => {
          said += chunk.toString();
        };
        const running = await sandbox.start(["cat"], { cwd: directory, env, timeoutMs: 20_000, onOutput: hear });
        running.write("hello\n");
        for (let waited = 0; waited < 100 && said === ""; waited += 1) await new Promise((resolve) => setTimeout(resolve, 50));
        expect(said).toBe("hello\n");
        running.endInput();
        expect(await running.exited).toMatchObject({ code: 0 });
        let refused: unknown;
        try {
          running.write("late");
        } catch (error) {
          refused = error;
        }
        expect(refused).toMatchObject({ code: "CONFLICT" });
      }),
      30_000,
    );
  });
}
