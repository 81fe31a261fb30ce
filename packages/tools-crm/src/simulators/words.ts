import { canonicalField, joinName, splitName } from "../providers/canonical.ts";
import { type ContactField, type ContactFields, contactFields } from "../providers/provider.ts";

/** Which of a vendor's words hold what of ours. */
export interface Words {
  first: string;
  last: string;
  id: string;
  email: string;
  phone: string;
  language: string;
  tags: string;
}

export function toWords(words: Words, { name, ...rest }: ContactFields): Record<string, string> {
  const split = name === undefined ? undefined : splitName(name);
  return {
    ...(split ? { [words.first]: split.first, [words.last]: split.last } : {}),
    ...Object.fromEntries(Object.entries(rest).map(([field, value]) => [words[field as Exclude<ContactField, "name">], value])),
  };
}

export function fromWords(words: Words, properties: Readonly<Record<string, string>>): ContactFields {
  return Object.fromEntries(
    contactFields.map((field) => [
      field,
      canonicalField(field, field === "name" ? joinName(properties[words.first], properties[words.last]) : properties[words[field]]),
    ]),
  );
}
