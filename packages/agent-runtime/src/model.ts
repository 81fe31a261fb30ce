import type { TranscriptMessage, Usage } from "@travelagent/protocol/messages";
import type { ThinkingLevel } from "@travelagent/protocol/turn";

/** A tool as a model sees it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema 2020-12 of the arguments. */
  parameters: Record<string, unknown>;
}

export { type ThinkingLevel, thinkingLevels } from "@travelagent/protocol/turn";

/** A picture in a request. Its bytes are what counts, whatever a file or a server called them. */
export interface ModelImage {
  mimeType: "image/png" | "image/jpeg" | "image/webp" | "image/gif";
  /** Base64, without a prefix. */
  data: string;
}

export interface ModelRequest {
  /** Stable to the byte over the turns of a session, so that providers can cache it. */
  system: string;
  /** Oldest first; every tool call is followed by its result; the last is a user message or a tool result. */
  messages: readonly TranscriptMessage[];
  tools: readonly ToolSpec[];
  /** Milliseconds since the epoch, and the customer's IANA zone. Providers that read text get them as a note in the last user message. */
  now: number;
  timeZone: string;
  maxTokens?: number;
  /** Belong to the last user message, of this request alone: transcripts hold none. Only for a model that `seesImages`. */
  images?: readonly ModelImage[];
  /** Absent: as the provider is configured. */
  thinking?: ThinkingLevel;
}

export type ModelEvent =
  | { type: "text"; delta: string }
  | { type: "thinking"; delta: string; signature?: string }
  /** Complete: `arguments` parsed. Arguments that are no JSON object raise `MODEL_REJECTED`. */
  | { type: "toolCall"; id: string; name: string; arguments: Record<string, unknown> }
  | { type: "usage"; usage: Usage }
  /** Always the last event of a stream that did not fail. */
  | { type: "end"; reason: "stop" | "length" | "toolUse" };

/** One model of one provider. Holds no state between calls. */
export interface Model {
  /** `anthropic`, `openai`, `concierge`, or the name of a provider in the config. */
  readonly provider: string;
  readonly id: string;
  /** Tokens that fit into one request and its answer. */
  readonly contextWindow: number;
  /** It takes `images`. Absent: a request with any raises `MODEL_REJECTED`. */
  readonly seesImages?: true;
  /**
   * Whether it can be of use for this request. A fallback that says no is passed over, so that the turn waits for a model that
   * can; asked only while it would stand in for another one. Absent: it always can.
   */
  accepts?(request: ModelRequest): boolean;
  /** For a model behind keys of its own: when one of them may be asked, in milliseconds since the epoch. Not after now: at once. */
  restsUntil?(): number;
  /**
   * Raises `MODEL_AUTH`, `MODEL_RATE_LIMITED` (with `retryAfterMs` when told), `MODEL_OVERLOADED`, `MODEL_REJECTED` (the
   * request itself), `MODEL_INTERRUPTED` (a stream that was cut), or `CANCELLED` when `signal` aborts. Never retries by itself.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
