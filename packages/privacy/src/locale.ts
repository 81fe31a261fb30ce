/** Languages we have texts in. */
export const locales = ["en", "de", "es", "fr", "pt", "it"] as const;
export type Locale = (typeof locales)[number];

/** The nearest of ours to a BCP 47 tag; undefined when there is none. */
export function asLocale(tag: string | undefined): Locale | undefined {
  const language = tag?.toLowerCase().split(/[-_]/)[0];
  return locales.find((locale) => locale === language);
}

/** Small words that hardly mean anything in the other languages. */
const telling: Record<Locale, readonly string[]> = {
  en: ["the", "and", "is", "are", "please", "want", "would", "hello", "for", "with", "my", "need", "from", "flights", "hi", "you", "can", "to"],
  de: ["ich", "und", "der", "die", "das", "ein", "eine", "bitte", "hallo", "nach", "fur", "mit", "mochte", "fluge", "ist", "einen", "von", "guten"],
  es: [
    "hola",
    "quiero",
    "el",
    "los",
    "las",
    "una",
    "por",
    "favor",
    "con",
    "buenos",
    "buenas",
    "necesito",
    "vuelos",
    "y",
    "gracias",
    "quisiera",
    "para",
    "desde",
  ],
  fr: ["bonjour", "je", "le", "les", "des", "une", "et", "pour", "voudrais", "avec", "vols", "merci", "est", "vous", "salut", "plait", "veux", "depuis"],
  pt: ["ola", "quero", "uma", "um", "voos", "obrigado", "obrigada", "bom", "boa", "preciso", "voce", "gostaria", "com", "para", "nao", "do", "da", "eu"],
  it: ["ciao", "vorrei", "il", "gli", "una", "un", "voli", "grazie", "buongiorno", "buonasera", "per", "con", "ho", "bisogno", "sono", "della", "di", "favore"],
};

/** The language a text is likely in; undefined unless one stands out. Nothing but a greeting's language depends on it. */
export function guessLocale(text: string): Locale | undefined {
  const found = new Set(
    text
      .slice(0, 2_000)
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [],
  );
  const scores = locales.map((locale) => ({ locale, score: telling[locale].filter((word) => found.has(word)).length })).sort((a, b) => b.score - a.score);
  const [first, second] = scores;
  return first && second && first.score > 0 && first.score > second.score ? first.locale : undefined;
}
