/** The canonical form of a language tag; undefined for what is none. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const withParents = (tag: string | undefined): string[] => {
  const canonical = tag === undefined ? undefined : canonicalLocale(tag);
  if (canonical === undefined) return [];
  const parts = canonical.split("-");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
};

/** Languages to look for, best first: `pt-BR`, `pt`, those of the agency, `en`. */
export const localeChain = (wanted: string | undefined, agency: string | undefined): string[] => [
  ...new Set([...withParents(wanted), ...withParents(agency), "en"]),
];

/** How values are written within a text: as the customer writes them when it is their language, else as the text's language does. */
export function formatLocale(text: string, wanted: string | undefined, agency: string | undefined): string {
  const language = text.split("-")[0];
  for (const tag of [wanted, agency]) {
    const canonical = tag === undefined ? undefined : canonicalLocale(tag);
    if (canonical !== undefined && canonical.split("-")[0] === language) return canonical;
  }
  return text;
}
