import { TravelAgentError } from "@travelagent/protocol";
import type { GuardedResponse } from "../guard/guarded-fetch.ts";
import { decodeText } from "./charset.ts";
import { tidy } from "./markdown.ts";
import { plainWords } from "./plain-words.ts";

export interface ReadPage {
  title?: string;
  text: string;
  /** How it was read: the article of a page, all of its body, its bare words, or text as it came. */
  part: "article" | "body" | "words" | "text";
}

/** Larger pages are not taken apart, only their words are read. */
const mostHtml = 3 * 1024 * 1024;
const understandMs = 5_000;

const isPage = (type: string): boolean => type === "text/html" || type === "application/xhtml+xml";
const isText = (type: string): boolean =>
  /^text\/|^application\/(?:json|xml|javascript|yaml|toml|ld\+json)$|[+](?:json|xml)$/.test(type) && type !== "image/svg+xml";

/** An answer as text for a model. Raises `INVALID_REQUEST` for what is no text. */
export async function readPage({ body, headers, url }: GuardedResponse, plain: boolean, signal: AbortSignal): Promise<ReadPage> {
  const header = headers["content-type"] ?? "";
  const type = header.split(";")[0]!.trim().toLowerCase() || guess(body);
  if (isPage(type)) {
    const html = decodeText(body, header);
    if (html.length <= mostHtml) {
      // Loaded when the first page is read: the gateway is small until then.
      const { understandInWorker } = await import("./page-worker.ts");
      const page = await understandInWorker({ html, url, plain }, { timeoutMs: understandMs, signal });
      if (page) return page;
    }
    return { text: plainWords(html), part: "words" };
  }
  if (isText(type)) return { text: tidy(decodeText(body, header)), part: "text" };
  throw new TravelAgentError("INVALID_REQUEST", `this address holds ${type}, which cannot be read here: web pages and text can`, {
    details: { contentType: type },
  });
}

/** An answer that does not say what it is. */
function guess(body: Buffer): string {
  const start = body.subarray(0, 512);
  if (start.includes(0)) return "application/octet-stream";
  return /^\s*</.test(start.toString("latin1")) ? "text/html" : "text/plain";
}
