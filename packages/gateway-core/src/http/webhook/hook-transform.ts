import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { HookTransform } from "./hook-mapping.ts";

export interface HookTransformOptions {
  /** The module's text, whole: it can import what comes with Node and nothing else. */
  source: string;
  /** SHA-256 of it in small hex. Raises `CONFIG_INVALID` when it is another. */
  sha256: string;
  /** Name of the function it exports. Default `default`. */
  exportName?: string;
  /** Default 5 s. */
  timeoutMs?: number;
}

const Override = z.strictObject({
  action: z.enum(["wake", "agent"]).optional(),
  message: z.string().max(100_000).optional(),
  name: z.string().min(1).max(128).optional(),
  agentId: z.string().min(1).max(64).optional(),
  mode: z.enum(["now", "next-heartbeat"]).optional(),
}) as unknown as z.ZodType<NonNullable<Awaited<ReturnType<HookTransform>>>>;

/** The module comes as data: what was hashed is what runs. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const module = await import("data:text/javascript;base64," + Buffer.from(workerData.source).toString("base64"));
  const transform = module[workerData.exportName] ?? module.default;
  if (typeof transform !== "function") throw new Error("it exports no function " + workerData.exportName);
  const made = await transform(workerData.input);
  return made === undefined ? "{}" : JSON.stringify(made);
})().then(
  (made) => parentPort.postMessage({ made }),
  (error) => parentPort.postMessage({ error: String(error?.message ?? error).slice(0, 300) }),
);
`;

/**
 * A function of the operator's own that looks at each hook. It runs in a thread of its own with no environment, 64 MB of memory and a
 * deadline; a thread is no sandbox, so its hash is pinned. Raises `INVALID_REQUEST` for what it cannot make anything of, `TIMEOUT`.
 */
export function createHookTransform({ source, sha256, exportName = "default", timeoutMs = 5_000 }: HookTransformOptions): HookTransform {
  const found = createHash("sha256").update(source).digest("hex");
  if (found !== sha256) throw new TravelAgentError("CONFIG_INVALID", `a transform of hooks is not the one that was pinned: its SHA-256 is ${found}`);
  return async (input) => {
    const worker = new Worker(program, {
      eval: true,
      workerData: { source, exportName, input },
      env: {},
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    });
    let disarm: NodeJS.Timeout | undefined;
    try {
      const made = await new Promise<string>((resolve, reject) => {
        disarm = setTimeout(() => reject(new TravelAgentError("TIMEOUT", `the transform of this hook took longer than ${timeoutMs / 1000} s`)), timeoutMs);
        worker.once("message", (told: { made?: string; error?: string }) => {
          if (told.made !== undefined) resolve(told.made);
          else reject(new TravelAgentError("INVALID_REQUEST", `the transform of this hook failed: ${told.error}`));
        });
        worker.once("error", (error) => reject(new TravelAgentError("INVALID_REQUEST", `the transform of this hook failed: ${error.message}`)));
        worker.once("exit", () => reject(new TravelAgentError("INVALID_REQUEST", "the transform of this hook ended without an answer")));
      });
      const value: unknown = JSON.parse(made);
      if (value === null) return null;
      const parsed = Override.safeParse(value);
      if (!parsed.success)
        throw new TravelAgentError("INVALID_REQUEST", "the transform of this hook gave something else than action, message, name, agentId and mode");
      return parsed.data;
    } finally {
      clearTimeout(disarm);
      await worker.terminate();
    }
  };
}
