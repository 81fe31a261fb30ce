import type { DeliveryReport, Receipt } from "@travelagent/protocol/messages";

/** A post of a platform, as it came over the wire. */
export interface SmsPost {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** With its question mark; empty without. */
  readonly search: string;
  readonly body: string;
}

/** What a post says. */
export type SmsEvent =
  | {
      kind: "message";
      externalId: string;
      from: string;
      to: string;
      text: string;
      /** Milliseconds; absent where the platform does not tell. */
      sentAt?: number;
      /** Pictures and the like that came along. */
      files: number;
      /** The platform acted on a word such as STOP by itself. */
      optWord?: "stop" | "start";
    }
  /** `ref` as it was handed to `send`. */
  | { kind: "report"; ref?: string; report: DeliveryReport }
  /** A message of ours went out; nothing is known of its arrival yet. */
  | { kind: "accepted"; ref: string; externalId: string }
  | { kind: "nothing" };

/** A message that the platform keeps. */
export interface KeptMessage {
  externalId: string;
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Whoever carries text messages for us. One number or name of ours. */
export interface SmsProvider {
  readonly name: string;
  /** Ours, in E.164; absent where a name or a pool of numbers sends. */
  readonly from?: string;
  /** Raises `CONFIG_INVALID` for keys the platform does not know, `UNAVAILABLE` where it cannot be reached. */
  check(signal: AbortSignal): Promise<void>;
  /** Never rejects. `ref` comes back with what is told about this message, where the platform can do that. */
  send(message: { to: string; text: string; ref: string }, signal: AbortSignal): Promise<Receipt>;
  /** What was sent to that number lately, newest first. Absent where the platform keeps nothing that can be asked for. */
  kept?(to: string, signal: AbortSignal): Promise<KeptMessage[]>;
  /** Raises `UNAUTHORIZED` for what is not the platform's, `INVALID_REQUEST` for what cannot be read, `NOT_FOUND` where none is set up. */
  read(post: SmsPost): Promise<SmsEvent>;
  /** What the platform wants to hear. */
  readonly answer: { readonly type: string; readonly body: string };
}
