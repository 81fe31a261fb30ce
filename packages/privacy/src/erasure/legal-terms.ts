/** How long a country's law keeps invoices and the books behind them. */
export interface LegalTerm {
  /** Full years after the end of the calendar year in which the paper was issued. */
  years: number;
  /** The rule and where it stands. */
  rule: string;
  /** The day this entry was written. The text of the law was not looked up then. */
  asOf: string;
}

const asOf = "2026-11-21";

/** By ISO 3166-1 alpha-2. Not legal advice: an agency's own advisers know better, and its configuration wins. */
export const legalTerms: Readonly<Record<string, LegalTerm>> = {
  AT: { years: 7, rule: "BAO § 132 (1)", asOf },
  BE: { years: 10, rule: "Code de la TVA, art. 60", asOf },
  CH: { years: 10, rule: "OR Art. 958f", asOf },
  DE: { years: 8, rule: "UStG § 14b (1), AO § 147 (3)", asOf },
  DK: { years: 5, rule: "Bogføringsloven § 12", asOf },
  ES: { years: 6, rule: "Código de Comercio, art. 30", asOf },
  FR: { years: 10, rule: "Code de commerce, art. L123-22", asOf },
  GB: { years: 6, rule: "VAT Regulations 1995, VAT Act 1994 Sch. 11 para. 6", asOf },
  IE: { years: 6, rule: "Value-Added Tax Consolidation Act 2010, s. 84", asOf },
  IT: { years: 10, rule: "Codice civile, art. 2220", asOf },
  NL: { years: 7, rule: "Algemene wet inzake rijksbelastingen, art. 52", asOf },
  PL: { years: 5, rule: "Ordynacja podatkowa, art. 86 § 1", asOf },
  PT: { years: 10, rule: "Código do IVA, art. 52", asOf },
  SE: { years: 7, rule: "Bokföringslagen 7 kap. 2 §", asOf },
};

/** For a country that is not in the table: the longest of them. */
const longest: LegalTerm = { years: 10, rule: "longest term of the countries known here", asOf };

/** The term of a country; `years` is the agency's own, and wins. */
export function legalTermOf(country: string | undefined, years?: number): LegalTerm {
  const term = (country && legalTerms[country.toUpperCase()]) || longest;
  return years === undefined ? term : { years, rule: "the agency's own rule", asOf };
}

/** When a paper of this time may go, in milliseconds: after the end of its year and the full years of the term. */
export const heldUntil = (issuedAt: number, { years }: LegalTerm): number => Date.UTC(new Date(issuedAt).getUTCFullYear() + 1 + years, 0, 1);
