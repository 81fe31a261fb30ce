import { fileURLToPath } from "node:url";
import type { PolicyReplayOptions } from "./replay/replay.ts";

/**
 * Carries out tasks, or judges cases, over the world of an airline: through the tools and the gate that the gateway has, with the
 * rules of one pack. In memory; no gateway runs. Raises `INVALID_REQUEST` for files it cannot read.
 */
export async function replayPolicy(options: Omit<PolicyReplayOptions, "packs">): Promise<void> {
  const { runPolicyReplay } = await import("./replay/replay.ts");
  await runPolicyReplay({ ...options, packs: fileURLToPath(new URL("../policy", import.meta.url)) });
}
