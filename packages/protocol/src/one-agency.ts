import type { DataSubject } from "./personal-data.ts";

/** The agency of whoever did not say. */
const mainAgency = "main";

/** The agency an account of a channel belongs to; undefined for the first one. */
export type AgencyOfAccount = (account: { channel: string; accountId: string }) => string | undefined;

/** Absent and `main` are the same agency. */
export const isSameAgency = (one: string | undefined, other: string | undefined): boolean => (one ?? mainAgency) === (other ?? mainAgency);

/** As it stands in an identity: the first agency is not written. */
export const ofAgency = (agency: string | undefined): { agency?: string } => (agency === undefined || agency === mainAgency ? {} : { agency });

/** A number without what stands between its digits, an address in small letters: what is the same contact has the same form. */
export const plainContact = (text: string): string => {
  const digits = text.replace(/\D/g, "");
  return digits !== "" && /^[+\d\s().-]+$/.test(text) ? digits : text.trim().toLowerCase();
};

/** Of texts that name the person those by which nobody of another agency is named, too. */
export function namingOnlyThem(texts: readonly string[], { shared = [] }: Pick<DataSubject, "shared">): string[] {
  if (shared.length === 0) return [...texts];
  const others = new Set(shared.map(plainContact));
  return texts.filter((text) => !others.has(plainContact(text)));
}
