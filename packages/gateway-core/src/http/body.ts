import type { IncomingMessage } from "node:http";
import { TravelAgentError } from "@travelagent/protocol";
import { jsonRefusals, parseStrictJson } from "./webhook/strict-json.ts";

export const defaultMaxBody = 1024 * 1024;

const tooLarge = (maxBytes: number) => new TravelAgentError("PAYLOAD_TOO_LARGE", `the body is too large: at most ${maxBytes} bytes`);

/** The whole body. Compressed bodies are refused: what they grow to is not known in advance. */
export async function readBody(request: IncomingMessage, maxBytes = defaultMaxBody, timeoutMs?: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new TravelAgentError("INVALID_REQUEST", "send the body without compression");
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  const late = deadline(timeoutMs);
  const parts = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const part = await Promise.race([parts.next(), late.passed]);
      if (part.done) return Buffer.concat(chunks);
      size += (part.value as Buffer).length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(part.value as Buffer);
    }
  } finally {
    late.disarm();
    // Not awaited: an iterator that waits for a part which never comes does not return either.
    void parts.return?.(undefined);
  }
}

/** Real time, since a connection that is kept open costs real memory whatever clock the rest goes by. */
function deadline(timeoutMs: number | undefined): { passed: Promise<never>; disarm(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    if (timeoutMs !== undefined)
      timer = setTimeout(() => reject(new TravelAgentError("TIMEOUT", `the body did not come within ${timeoutMs / 1000} s`)), timeoutMs).unref();
  });
  passed.catch(() => undefined);
  return { passed, disarm: () => clearTimeout(timer) };
}

/** Whoever reads the value goes into it by recursion. */
const maxDepth = 100;

export async function readJson(request: IncomingMessage, maxBytes?: number): Promise<unknown> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new TravelAgentError("INVALID_REQUEST", "send JSON, with content-type application/json");
  const parsed = parseStrictJson(await readBody(request, maxBytes), maxDepth);
  if (parsed.ok) return parsed.value;
  throw new TravelAgentError("INVALID_REQUEST", jsonRefusals[parsed.reason]);
}
