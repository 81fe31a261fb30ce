import type { Locale } from "../locale.ts";

/** `stop`: nothing more on this channel. `unsubscribe`: the same where a whole channel can be stopped, no advertising elsewhere. */
export interface OptWord {
  kind: "stop" | "unsubscribe" | "start";
  /** Of the word, where it belongs to one language. */
  locale?: Locale;
}

/** As they are compared: small letters, no accents, no signs. */
const words: Record<OptWord["kind"], Partial<Record<Locale | "any", readonly string[]>>> = {
  stop: {
    any: ["stop", "stop all", "stopall", "stopp"],
    en: ["quit", "end all"],
    de: ["stoppen", "aufhoren"],
    es: ["baja", "parar todo"],
    fr: ["arret", "arreter", "arretez"],
    pt: ["parar", "pare", "sair"],
    it: ["ferma", "fermati", "fermare", "basta"],
  },
  unsubscribe: {
    en: ["unsubscribe", "unsubscribe me", "opt out", "optout", "remove me"],
    de: ["abmelden", "abbestellen", "newsletter abmelden", "newsletter abbestellen", "austragen"],
    es: ["darme de baja", "dar de baja", "desuscribir", "desuscribirme", "cancelar suscripcion", "quiero darme de baja"],
    fr: ["desabonner", "desabonnement", "me desabonner", "se desabonner", "desinscrire", "desinscription", "me desinscrire"],
    pt: ["descadastrar", "cancelar inscricao", "cancelar subscricao", "remover inscricao", "desinscrever"],
    it: ["disiscriviti", "disiscrivimi", "cancellami", "annulla iscrizione", "disiscrizione"],
  },
  start: {
    any: ["start", "unstop"],
    en: ["subscribe", "resume"],
    de: ["starten", "anmelden"],
    es: ["alta", "iniciar", "comenzar"],
    fr: ["demarrer", "reprendre"],
    pt: ["comecar", "iniciar", "retomar"],
    it: ["inizia", "iscrivimi", "riprendi"],
  },
};

const known = new Map<string, OptWord>();
for (const kind of ["start", "unsubscribe", "stop"] as const)
  for (const [locale, list] of Object.entries(words[kind]))
    for (const word of list)
      known.set(word, known.has(word) && known.get(word)!.kind === kind ? { kind } : { kind, ...(locale === "any" ? {} : { locale: locale as Locale }) });

const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** Longer is no single word in any of the languages. */
const longest = 40;

/** What a message says that is nothing but such a word, in any case, with any signs around it. `more`: further words that mean `stop`. */
export function optWordOf(text: string, more: readonly string[] = []): OptWord | undefined {
  if (text.length > longest) return undefined;
  const said = plain(text);
  if (said === "") return undefined;
  return known.get(said) ?? (more.some((word) => plain(word) === said) ? { kind: "stop" } : undefined);
}
