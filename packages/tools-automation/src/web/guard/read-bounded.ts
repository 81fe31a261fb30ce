import type { IncomingMessage } from "node:http";
import { pipeline, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { TravelAgentError } from "@travelagent/protocol";

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** What `readBounded` understands, for the Accept-Encoding header. */
export const acceptedEncodings = "gzip, deflate, br";

/**
 * The body, unpacked. Unpacking stops as soon as more than `maxBytes` came out of it, so a few bytes that unpack to gigabytes cost
 * no more than that. Raises `PAYLOAD_TOO_LARGE`; `UNAVAILABLE` for an encoding that was not asked for or a body that is damaged.
 */
export async function readBounded(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new TravelAgentError("PAYLOAD_TOO_LARGE", `the answer is larger than ${Math.floor(maxBytes / 1024)} KiB; it was not read`);
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) {
    response.destroy();
    throw tooLarge();
  }
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decoder = encoding === "identity" || encoding === "" ? undefined : Object.hasOwn(decoders, encoding) ? decoders[encoding]!() : null;
  if (decoder === null) {
    response.destroy();
    throw new TravelAgentError("UNAVAILABLE", "the answer is packed in a way that was not asked for");
  }
  // With the callback an error of either side destroys the other and is told by the loop below.
  const source = decoder ? pipeline(response, decoder, () => undefined) : response;
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop destroys the source, and the connection with it.
  for await (const chunk of source as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
