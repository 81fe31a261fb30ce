import { type DisclosureEntry, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import { keepText, textHash } from "../consents/ledger.ts";
import { asLocale, guessLocale } from "../locale.ts";
import { disclosureTexts } from "./texts.ts";

export interface DisclosureSettings {
  enabled: boolean;
  agencyName: string;
  /** One text for all, or by language; `{agency}` stands for the name. Default ours. */
  text?: string | Readonly<Record<string, string>>;
  /** Said again in a conversation after so many days. */
  repeatAfterDays: number;
  /** For somebody whose language nobody knows. Default `en`. */
  locale?: string;
}

export interface DisclosuresOptions {
  db: Database;
  clock: Clock;
  /** As they are now. */
  settings: () => DisclosureSettings;
}

/** A reply that is to be given. */
export interface DisclosedReply {
  sessionKey: string;
  messageId: string;
  /** Grows whenever the conversation changes hands. */
  epoch: number;
  /** BCP 47, as far as it is known. */
  language?: string;
  /** What the person wrote. */
  said?: string;
}

/** That an answer came from a machine was said, and when. Once in a conversation, again after a time and after a person had it. */
export interface Disclosures {
  /** What has to stand before this reply; the same again for the same reply. Undefined: nothing. */
  due(reply: DisclosedReply): Promise<{ text: string; locale: string } | undefined>;
  /** In the commit of the reply. */
  shown(tx: Tx, reply: DisclosedReply, said: { text: string; locale: string }): Promise<void>;
  /** Newest first. */
  list(sessionKeys: readonly string[] | undefined, limit?: number): Promise<DisclosureEntry[]>;
  /** The language it was last said in. */
  localeIn(sessionKey: string, from: Pick<Tx, "get">): Promise<string | undefined>;
}

const dayMs = 86_400_000;

/** After `openConsents`, which owns the tables. */
export function createDisclosures({ db, clock, settings }: DisclosuresOptions): Disclosures {
  const textIn = (locale: string | undefined): { text: string; locale: string } => {
    const { text, agencyName, locale: fallback } = settings();
    const wanted = [locale, fallback, "en"].filter((one) => one !== undefined);
    const own = typeof text === "string" ? { text, locale: asLocale(locale) ?? asLocale(fallback) ?? "en" } : inLanguage(text, wanted);
    const found = own ?? inLanguage(disclosureTexts, wanted)!;
    return { ...found, text: found.text.replaceAll("{agency}", agencyName) };
  };
  return {
    async due({ sessionKey, messageId, epoch, language, said }) {
      const own = await db.get(
        "select d.locale, t.text from disclosure d join consent_text t on t.hash = d.text_hash where d.session_key = ? and d.message_id = ?",
        sessionKey,
        messageId,
      );
      // A crash between the commit of this very reply and its end: it is told as it was.
      if (own) return { text: own.text as string, locale: own.locale as string };
      const { enabled, repeatAfterDays } = settings();
      if (!enabled) return undefined;
      const last = await db.get("select epoch, at from disclosure where session_key = ? order by at desc, epoch desc limit 1", sessionKey);
      if (last && Number(last.epoch) === epoch && clock.now() - Number(last.at) < repeatAfterDays * dayMs) return undefined;
      return textIn(language ?? (said === undefined ? undefined : guessLocale(said)));
    },
    async shown(tx, { sessionKey, messageId, epoch }, { text, locale }) {
      await tx.run(
        "insert into disclosure (session_key, message_id, epoch, text_hash, locale, at) values (?, ?, ?, ?, ?, ?) on conflict (session_key, message_id) do nothing",
        sessionKey,
        messageId,
        epoch,
        await keepText(tx, text),
        locale,
        clock.now(),
      );
    },
    async list(sessionKeys, limit = 50) {
      if (sessionKeys && sessionKeys.length > 500) throw new TravelAgentError("INVALID_REQUEST", "too many conversations at once; name at most 500");
      if (sessionKeys?.length === 0) return [];
      const rows = await db.all(
        `select d.*, t.text from disclosure d join consent_text t on t.hash = d.text_hash
         ${sessionKeys ? `where d.session_key in (${sessionKeys.map(() => "?").join(", ")})` : ""} order by d.at desc, d.epoch desc, d.message_id limit ?`,
        ...(sessionKeys ?? []),
        limit,
      );
      return rows.map((row) => ({
        sessionKey: row.session_key as string,
        messageId: row.message_id as string,
        text: row.text as string,
        textHash: textHash(row.text as string),
        locale: row.locale as string,
        at: new Date(Number(row.at)).toISOString(),
      }));
    },
    async localeIn(sessionKey, from) {
      const row = await from.get("select locale from disclosure where session_key = ? order by at desc, epoch desc limit 1", sessionKey);
      return row?.locale as string | undefined;
    },
  };
}

/** The text of the first of these languages there is one for. */
function inLanguage(texts: Readonly<Record<string, string>> | undefined, wanted: readonly string[]): { text: string; locale: string } | undefined {
  for (const tag of wanted) {
    const key = texts && Object.keys(texts).find((one) => one.toLowerCase() === tag.toLowerCase() || asLocale(one) === (asLocale(tag) ?? tag));
    if (key) return { text: texts[key]!, locale: key };
  }
  return undefined;
}
