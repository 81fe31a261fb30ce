import type { Socket } from "node:net";
import * as z from "zod";

const name = z.string().min(1).max(200);
const names = z.array(name).max(200);
const about = {
  nodeId: name,
  displayName: name.optional(),
  platform: name.optional(),
  version: name.optional(),
  deviceFamily: name.optional(),
  modelIdentifier: name.optional(),
  caps: names.optional(),
  commands: names.optional(),
  permissions: z.record(z.string(), z.boolean()).optional(),
};

/** What a node of the old bridge says: one JSON object a line. Keys that are not known are skipped, as the old bridge did. */
export const BridgeLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), token: z.string().max(500).nullish(), ...about }),
  z.object({ type: z.literal("pair-request"), silent: z.boolean().optional(), ...about }),
  z.object({
    type: z.literal("invoke-res"),
    id: name,
    ok: z.boolean(),
    payloadJSON: z.string().nullish(),
    error: z.object({ code: z.string().max(100).optional(), message: z.string().max(10_000).optional() }).nullish(),
  }),
  z.object({ type: z.literal("event"), event: name, payloadJSON: z.string().nullish() }),
  z.object({ type: z.literal("req"), id: name, method: name, paramsJSON: z.string().nullish() }),
  z.object({ type: z.literal("ping"), id: name.optional() }),
  z.object({ type: z.literal("pong"), id: name.optional() }),
]);
export type BridgeLine = z.infer<typeof BridgeLine>;

/** Calls `onLine` for every line; a line longer than `maxLine` bytes ends the reading with `onTooLong`. */
export function readLines(socket: Socket, maxLine: number, onLine: (line: string) => void, onTooLong: () => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end).toString("utf8").trim();
      rest = rest.subarray(end + 1);
      if (line !== "") onLine(line);
    }
    if (rest.length > maxLine) onTooLong();
  });
}
