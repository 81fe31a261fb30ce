import * as z from "zod";
import { canonicalField, joinName, splitName } from "../canonical.ts";
import type { ContactField, ContactFields, CrmContact } from "../provider.ts";

/** Custom fields that an administrator makes; docs/crm.md says how. Without the last two, languages and tags stay where they are. */
export const customFields = { id: "TravelAgent_Id__c", language: "TravelAgent_Language__c", tags: "TravelAgent_Tags__c" } as const;

export const SalesforceContact = z.looseObject({ Id: z.string().min(15), SystemModstamp: z.string(), IsDeleted: z.boolean().optional() });
export type SalesforceContact = z.infer<typeof SalesforceContact>;

export const columnsOf = (fields: readonly ContactField[]): string[] => [
  "Id",
  "SystemModstamp",
  "IsDeleted",
  customFields.id,
  "FirstName",
  "LastName",
  "Email",
  "Phone",
  ...(fields.includes("language") ? [customFields.language] : []),
  ...(fields.includes("tags") ? [customFields.tags] : []),
];

/** `2027-01-15T09:00:00.000+0000`, which `Date.parse` does not read everywhere. */
export const timeOf = (stamp: string): number => Date.parse(stamp.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));

export function contactFrom(record: SalesforceContact, fields: readonly ContactField[]): CrmContact {
  const text = (column: string) => (typeof record[column] === "string" ? (record[column] as string) : undefined);
  const plain: Record<ContactField, string | undefined> = {
    name: joinName(text("FirstName"), text("LastName")),
    email: text("Email"),
    phone: text("Phone"),
    language: text(customFields.language),
    tags: text(customFields.tags),
  };
  const customerId = text(customFields.id);
  const updatedAt = timeOf(record.SystemModstamp);
  if (!Number.isFinite(updatedAt)) throw new RangeError("SystemModstamp is no time");
  return {
    externalId: record.Id,
    ...(customerId ? { customerId } : {}),
    revision: record.SystemModstamp,
    updatedAt,
    fields: Object.fromEntries(fields.map((field) => [field, canonicalField(field, plain[field])])),
  };
}

/** Null takes a value away. */
export function columnsFrom({ name, email, phone, language, tags }: ContactFields): Record<string, string | null> {
  const split = name === undefined ? undefined : splitName(name);
  return {
    ...(split ? { FirstName: split.first || null, LastName: split.last } : {}),
    ...(email === undefined ? {} : { Email: email || null }),
    ...(phone === undefined ? {} : { Phone: phone || null }),
    ...(language === undefined ? {} : { [customFields.language]: language || null }),
    ...(tags === undefined ? {} : { [customFields.tags]: tags || null }),
  };
}
