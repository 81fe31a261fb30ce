/** What customers give us of themselves and of those who travel with them. */
export const documentKinds = ["passport", "identity-card", "visa", "residence-permit", "driving-licence", "known-traveller", "loyalty", "insurance"] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** What is sealed, each for itself. */
export const sealedFields = ["number", "nationality", "bornOn", "gender", "issuedOn"] as const;
export type SealedField = (typeof sealedFields)[number];

/**
 * What rules and people have to read without a key. It is not secret, and yet it is bound to the sealed values: whoever changes it in
 * the database makes the document unreadable.
 */
export interface OpenFields {
  /** As in the document. Absent: the customer's own. */
  holder: { givenName: string; familyName: string };
  /** That issued it, ISO 3166-1 alpha-2. */
  country?: string;
  /** YYYY-MM-DD. */
  expiresOn?: string;
  /** Airline, hotel chain or insurer: `TP`, `Hilton Honors`. */
  issuer?: string;
}

/** Whose it is: ids of the agency and of the customer record. */
export interface DocumentOwner {
  /** Default `main`. */
  agency?: string;
  customerId: string;
}

/** A document as people, models and rules may see it. No value that is sealed is in it in full. */
export interface DocumentView extends OpenFields {
  id: string;
  customerId: string;
  kind: DocumentKind;
  /** `…4521` of a number, the year of a birth date. */
  masked: Partial<Record<SealedField, string>>;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/** Longest number that is taken; real ones have at most 30 characters. */
const longestNumber = 40;

/** Letters and digits alone, so that two ways to write it are the same number. Undefined for what can be none. */
export function plainNumber(given: string): string | undefined {
  const plain = given
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  return plain.length >= 4 && plain.length <= longestNumber ? plain : undefined;
}

const shownAtTheEnd: Readonly<Record<DocumentKind, number>> = {
  passport: 4,
  "identity-card": 3,
  visa: 3,
  "residence-permit": 3,
  "driving-licence": 3,
  "known-traveller": 2,
  loyalty: 4,
  insurance: 4,
};

/** The last characters of a number, at most half of it. */
export const maskNumber = (kind: DocumentKind, number: string): string =>
  `…${number.slice(-Math.max(2, Math.min(shownAtTheEnd[kind], Math.floor(number.length / 2))))}`;

/** What may be seen of a value: of numbers the end, of dates the year, of the rest that it is there. */
export const maskField = (kind: DocumentKind, field: SealedField, value: string): string =>
  field === "number" ? maskNumber(kind, value) : field === "bornOn" || field === "issuedOn" ? value.slice(0, 4) : "kept";
