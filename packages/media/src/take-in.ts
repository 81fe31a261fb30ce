import { TravelAgentError } from "@travelagent/protocol";
import type { MediaSource } from "@travelagent/protocol/media";
import type { Attachment } from "@travelagent/protocol/messages";
import { type KindLimits, kindOf } from "./kinds.ts";
import { recognise } from "./recognise.ts";
import { refusalOf } from "./refusal.ts";

/** Enough to know nearly every type by. */
const head = 64 * 1024;

/**
 * Reads a file as far as it may be kept. Raises `PAYLOAD_TOO_LARGE` above the limit of its kind, `INVALID_REQUEST` for what is not taken;
 * the message is for whoever sent it.
 */
export async function takeIn(source: MediaSource, limits: KindLimits): Promise<{ bytes: Buffer; kind: Attachment["kind"]; mimeType: string }> {
  const largest = Math.max(...Object.values(limits));
  const parts: Uint8Array[] = [];
  let size = 0;
  let early: number | undefined;
  const tooLarge = (limit: number) => new TravelAgentError("PAYLOAD_TOO_LARGE", `larger than ${Math.floor(limit / (1024 * 1024))} MB`);
  for await (const part of source.bytes instanceof Uint8Array ? [source.bytes] : source.bytes) {
    parts.push(part);
    size += part.length;
    // A picture that is too large is known as one before all of it is read.
    if (early === undefined && size >= head) early = limitOf(await recognise(Buffer.concat(parts).subarray(0, head), source), limits);
    if (size > (early ?? largest)) throw tooLarge(early ?? largest);
  }
  if (size === 0) throw new TravelAgentError("INVALID_REQUEST", "the file is empty");
  const bytes = Buffer.concat(parts);
  const mimeType = await recognise(bytes, source);
  const kind = mimeType === undefined ? undefined : kindOf(mimeType);
  if (mimeType === undefined || kind === undefined)
    throw new TravelAgentError("INVALID_REQUEST", "only pictures, recordings, films, PDF, office documents and plain text are taken");
  if (size > limits[kind]) throw tooLarge(limits[kind]);
  const refusal = refusalOf(bytes, mimeType);
  if (refusal !== undefined) throw new TravelAgentError("INVALID_REQUEST", refusal);
  return { bytes, kind, mimeType };
}

/** Of what the head says already; a container is known by its end only, and waits for it. */
function limitOf(mimeType: string | undefined, limits: KindLimits): number | undefined {
  const kind = mimeType === undefined ? undefined : kindOf(mimeType);
  return kind === undefined || kind === "document" ? undefined : limits[kind];
}
