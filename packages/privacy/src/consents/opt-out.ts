import type { Tx } from "@travelagent/protocol/ports";
import { asLocale, type Locale } from "../locale.ts";
import type { Consents } from "./ledger.ts";
import { type OptWord, optWordOf } from "./opt-words.ts";
import { noAdvertising, started, stopped } from "./texts.ts";

/** `channel`: every opt-out word ends all messages on it. `marketing`: only words such as "unsubscribe" count, and end advertising everywhere. */
export type OptOutMode = "channel" | "marketing" | "off";

export interface OptOutOptions {
  consents: Consents;
  /** Asked with each message. */
  modeOf(channel: string): OptOutMode;
  /** Further words that mean STOP. Asked with each message. */
  words?(): readonly string[];
}

export interface OptOutMessage {
  agency?: string;
  channel: string;
  peerId: string;
  customerId?: string;
  text: string;
  messageId: string;
  at: number;
  /** Of the person, as far as it is known. */
  locale?: string;
}

export interface OptOutAnswer {
  /** To be said, whatever else may not be. Absent when the person was told before. */
  answer?: string;
  /** Nothing that waits for an answer gets one. */
  ends: boolean;
}

/** Words by which people end messages, understood by code before any model. */
export interface OptOut {
  /** The word a message consists of, when it may count on that channel. From the text alone. */
  wordIn(message: { channel: string; text: string }): OptWord | undefined;
  /** Writes it down in the commit of the message. Undefined: it means nothing here, and the message is one like any other. */
  heard(tx: Tx, word: OptWord, message: OptOutMessage): Promise<OptOutAnswer | undefined>;
}

export function createOptOut({ consents, modeOf, words = () => [] }: OptOutOptions): OptOut {
  return {
    wordIn({ channel, text }) {
      const mode = modeOf(channel);
      if (mode === "off") return undefined;
      const word = optWordOf(text, words());
      return word && (mode === "channel" || word.kind !== "stop") ? word : undefined;
    },
    async heard(tx, word, { agency, channel, peerId, customerId, text, messageId, at, locale }) {
      const identity = { channel, peerId };
      const who = { ...(agency === undefined ? {} : { agency }), identities: [identity], ...(customerId === undefined ? {} : { customerIds: [customerId] }) };
      const language: Locale = word.locale ?? asLocale(locale) ?? "en";
      const record = (kind: "consent" | "withdrawal", scope: { channel: string; purpose: "*" | "marketing" }) =>
        consents.record(
          {
            kind,
            ...scope,
            identity,
            ...(agency === undefined ? {} : { agency }),
            ...(customerId === undefined ? {} : { customerId }),
            proof: { how: "message", text, messageId, locale: language },
            at,
            key: `word:${messageId}`,
          },
          tx,
        );
      if (modeOf(channel) === "marketing" && word.kind !== "start") {
        await record("withdrawal", { channel: "*", purpose: "marketing" });
        return { answer: noAdvertising[language], ends: false };
      }
      const isOut = await consents.isOptedOut(who, channel, tx);
      if (word.kind === "start") {
        if (!isOut) return undefined;
        await record("consent", { channel, purpose: "*" });
        return { answer: started[language], ends: false };
      }
      // Told already: whoever wants to hear nothing hears it once.
      if (isOut) return { ends: true };
      await record("withdrawal", { channel, purpose: "*" });
      return { answer: stopped[language], ends: true };
    },
  };
}
