import { type Clock, systemClock } from "@travelagent/protocol/ports";
import type { Sandbox } from "./sandbox.ts";
import { spawnedSandbox } from "./spawned.ts";

/** No sandbox: programs run as the gateway's own user and reach what it reaches. */
export const directRunner = ({ clock = systemClock }: { clock?: Clock } = {}): Sandbox =>
  spawnedSandbox({
    kind: "none",
    clock,
    launch: ([file = "", ...args], { env, cwd }) => ({ file, args, env, cwd }),
  });
