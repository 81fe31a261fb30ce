import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createDeviceKeys, type DeviceIdentity, deviceIdentity } from "@travelagent/client";
import * as z from "zod";
import { failure } from "../failure.ts";

const Keys = z.looseObject({ version: z.literal(1), publicKey: z.string().min(1), privateKey: z.string().min(1) });
const State = z.looseObject({
  version: z.literal(1),
  nodeId: z.string().optional(),
  displayName: z.string().optional(),
  /** Tokens of this device by address of the gateway. */
  tokens: z.record(z.string(), z.string()).optional(),
});
export type NodeState = z.infer<typeof State>;

export interface NodeStateFiles {
  /** The identity of this device; its keys are made at first use and never leave this machine. */
  identity(): Promise<DeviceIdentity>;
  read(): Promise<NodeState>;
  change(by: (state: NodeState) => NodeState): Promise<void>;
}

/** `identity/device.json` and `node.json` in the state directory, for their owner alone. */
export function nodeStateFiles(stateDir: string): NodeStateFiles {
  const keysPath = join(stateDir, "identity", "device.json");
  const statePath = join(stateDir, "node.json");
  const read = async (): Promise<NodeState> => (await readJson(statePath, State)) ?? { version: 1 };
  let last: Promise<unknown> = Promise.resolve();
  return {
    async identity() {
      const known = await readJson(keysPath, Keys);
      if (known) return deviceIdentity(known);
      const keys = await createDeviceKeys();
      await writeJson(keysPath, { version: 1, ...keys });
      return deviceIdentity(keys);
    },
    read,
    change(by) {
      const done = last.then(async () => writeJson(statePath, by(await read())));
      last = done.catch(() => {});
      return done;
    },
  };
}

async function readJson<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw await failure("UNAVAILABLE", `${path} cannot be read: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(jsonOf(text));
  // A new identity would silently be another node: somebody should look first.
  if (!parsed.success) throw await failure("CONFIG_INVALID", `${path} is damaged: restore it, or remove it to start as a new node`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
