import type { Usage } from "@travelagent/protocol/messages";

export interface ScriptedCall {
  /** Made up when left out. */
  id?: string;
  name: string;
  /** A string goes out as it is, also when it is no JSON. */
  arguments: Record<string, unknown> | string;
}

/** What a model says in one call. Parts come in this order. */
export interface ScriptedAnswer {
  thinking?: string;
  /** What the provider wants back with the thinking, unchanged. */
  signature?: string;
  /** Several parts come as several deltas. */
  text?: string | readonly string[];
  toolCalls?: readonly ScriptedCall[];
  usage?: Partial<Omit<Usage, "totalTokens" | "costUsd">>;
  /** Cut at the limit of tokens. */
  reason?: "length";
}

/** What a model server does with one request: an answer, perhaps a broken one, or a refusal. */
export type ScriptedReply =
  | (ScriptedAnswer & {
      /** Silence before each event. */
      pauseMs?: number;
      /** Closes the connection after so many events. */
      cutAfter?: number;
      /** After so many events comes the vendor's error event with this type, and nothing more. */
      breakWith?: { type: string; message: string; after: number };
    })
  | {
      status: number;
      type?: string;
      message?: string;
      headers?: Readonly<Record<string, string>>;
      /** Instead of the vendor's usual body for this status. */
      body?: unknown;
    };

/** In pieces, as vendors send it: longer texts never come at once. */
export function fragments(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 3));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
}

export const deltasOf = (text: ScriptedAnswer["text"]): readonly string[] => (text === undefined ? [] : typeof text === "string" ? [text] : text);

export const argumentsText = (call: ScriptedCall): string => (typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments));
