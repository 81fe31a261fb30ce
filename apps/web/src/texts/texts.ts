import type { BookingStatus } from "@travelagent/protocol";
import { createContext, useContext } from "react";

/** Every word of the pages that customers see. What agents and colleagues write is in their own words. */
export interface Texts {
  /** BCP 47; also how dates and sums are written. */
  locale: string;
  title: string;
  online: string;
  connecting: string;
  offline: string;
  disclosure: string;
  opening: string;
  /** Earlier messages could not be read. */
  unreadable: string;
  tryAgain: string;
  reload: string;
  noConnection: string;
  /** The gateway refused this page. */
  refused: string;
  unexpected: string;
  welcome: string;
  welcomeHint: string;
  suggestions: readonly string[];
  where: string;
  write: string;
  yourMessage: string;
  send: string;
  attach: string;
  removeFile: string;
  uploading: string;
  tooManyFiles: string;
  voiceMessage: string;
  file: string;
  you: string;
  agent: string;
  colleague: string;
  isWriting: (name: string) => string;
  newMessages: string;
  messages: string;
  notSent: string;
  waitedTooLong: string;
  sendAgain: string;
  sending: string;
  sent: string;
  sandbox: string;
  sandboxNote: string;
  total: string;
  penalty: string;
  toPay: string;
  toPayBefore: (time: string) => string;
  pay: (amount: string) => string;
  confirm: string;
  decline: string;
  confirmed: string;
  declined: string;
  replaced: string;
  timeOver: string;
  askAgain: string;
  validFor: (left: string) => string;
  validUntil: (time: string) => string;
  nothingBefore: string;
  until: string;
  status: Readonly<Record<BookingStatus, string>>;
  days: (count: number) => string;
}

export const languages = ["en", "de", "es", "fr", "it", "pt"] as const;
export type Language = (typeof languages)[number];

const loaders: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => (await import("./en.ts")).en,
  de: async () => (await import("./de.ts")).de,
  es: async () => (await import("./es.ts")).es,
  fr: async () => (await import("./fr.ts")).fr,
  it: async () => (await import("./it.ts")).it,
  pt: async () => (await import("./pt.ts")).pt,
};

/** The first of these that we have words for; English otherwise. */
export function languageOf(wanted: readonly (string | null | undefined)[]): Language {
  for (const one of wanted) {
    const short = one?.toLowerCase().split(/[-_]/)[0];
    const found = languages.find((language) => language === short);
    if (found) return found;
  }
  return "en";
}

/** The words of a language; English when they do not come. */
export async function loadTexts(language: Language): Promise<Texts> {
  return loaders[language]().catch((error: unknown) => {
    if (language === "en") throw error;
    return loaders.en();
  });
}

const TextsContext = createContext<Texts | undefined>(undefined);
export const TextsProvider = TextsContext.Provider;

export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error("there is no TextsProvider around this");
  return texts;
}
