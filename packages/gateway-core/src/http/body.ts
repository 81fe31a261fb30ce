import type { IncomingMessage } from "node:http";
import { TravelAgentError } from "@travelagent/protocol";

export const defaultMaxBody = 1024 * 1024;

const tooLarge = (maxBytes: number) => new TravelAgentError("PAYLOAD_TOO_LARGE", `the body is too large: at most ${maxBytes} bytes`);

/** The whole body. Compressed bodies are refused: what they grow to is not known in advance. */
export async function readBody(request: IncomingMessage, maxBytes = defaultMaxBody): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new TravelAgentError("INVALID_REQUEST", "send the body without compression");
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

export async function readJson(request: IncomingMessage, maxBytes?: number): Promise<unknown> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new TravelAgentError("INVALID_REQUEST", "send JSON, with content-type application/json");
  const body = await readBody(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", "the body is not valid JSON");
  }
}
