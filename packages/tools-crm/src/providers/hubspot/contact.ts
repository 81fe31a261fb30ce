import * as z from "zod";
import { canonicalField, joinName, splitName } from "../canonical.ts";
import { type ContactFields, type CrmContact, contactFields } from "../provider.ts";

/** Properties of a contact that are ours; they are made by `prepare`. */
export const ownProperties = { id: "travelagent_id", language: "travelagent_language", tags: "travelagent_tags" } as const;

/** What is asked for and written. */
export const contactProperties = ["firstname", "lastname", "email", "phone", ownProperties.id, ownProperties.language, ownProperties.tags] as const;

export const HubspotObject = z.looseObject({
  id: z.string().min(1),
  properties: z.record(z.string(), z.string().nullish()),
  updatedAt: z.iso.datetime({ offset: true }),
});
export type HubspotObject = z.infer<typeof HubspotObject>;

export function contactFrom({ id, properties, updatedAt }: HubspotObject): CrmContact {
  const plain = {
    name: joinName(properties.firstname, properties.lastname),
    email: properties.email,
    phone: properties.phone,
    language: properties[ownProperties.language],
    tags: properties[ownProperties.tags],
  };
  const customerId = properties[ownProperties.id];
  return {
    externalId: id,
    ...(customerId ? { customerId } : {}),
    revision: updatedAt,
    updatedAt: Date.parse(updatedAt),
    fields: Object.fromEntries(contactFields.map((field) => [field, canonicalField(field, plain[field])])),
  };
}

/** An empty text takes a value away. */
export function propertiesOf({ name, email, phone, language, tags }: ContactFields): Record<string, string> {
  const split = name === undefined ? undefined : splitName(name);
  return {
    ...(split ? { firstname: split.first, lastname: split.last } : {}),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(language === undefined ? {} : { [ownProperties.language]: language }),
    ...(tags === undefined ? {} : { [ownProperties.tags]: tags }),
  };
}
