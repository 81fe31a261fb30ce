import type { Receipt } from "@travelagent/protocol/messages";

/** Before a connection was there: the message cannot have arrived. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "CERT_HAS_EXPIRED", "UND_ERR_CONNECT_TIMEOUT"]);

function codeOf(error: unknown): string | undefined {
  for (let at = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** What a request without an answer means for the message in it. */
export function withoutAnswer(platform: string, error: unknown): Exclude<Receipt, { status: "sent" }> {
  const code = codeOf(error);
  if (code !== undefined && neverSent.has(code)) return { status: "failed", reason: `${platform} cannot be reached (${code})`, retryable: true };
  return { status: "unknown", reason: `${platform} did not answer${code === undefined ? "" : ` (${code})`}` };
}

/** `Retry-After` in milliseconds: seconds, or a date. */
export function waitOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** More than any answer of a platform has. */
const maxAnswerBytes = 1024 * 1024;

/** The body of an answer, as far as it is reasonable. */
export async function textOf(response: Response): Promise<string> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) throw new Error("the answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
