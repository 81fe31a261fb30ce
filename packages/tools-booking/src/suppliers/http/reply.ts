import { TravelAgentError } from "@travelagent/protocol";

/** What came back over the wire. */
export interface Reply {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is none. Undefined when empty. */
  body: unknown;
  /** False when the vendor said JSON, or should have, and it was none. */
  readable: boolean;
}

/** Far above any vendor's largest search; beyond it something is wrong. */
const largestReply = 32 * 1024 * 1024;

/** Reads a reply to its end. Rejects when the connection breaks or the reply is endless. */
export async function readReply(response: Response): Promise<Reply> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > largestReply) throw new TravelAgentError("PAYLOAD_TOO_LARGE", `the reply is larger than ${largestReply / 1_048_576} MiB`);
      chunks.push(chunk);
    }
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const { status, headers } = response;
  if (text === "") return { status, headers, body: undefined, readable: true };
  try {
    return { status, headers, body: JSON.parse(text) as unknown, readable: true };
  } catch {
    return { status, headers, body: text, readable: !response.ok };
  }
}
