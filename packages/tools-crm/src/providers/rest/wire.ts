import * as z from "zod";
import { canonicalField } from "../canonical.ts";
import { type ContactFields, type CrmContact, contactFields } from "../provider.ts";

const text = z.string().nullish();

/** A contact as the agency's system tells it. More keys are welcome and ignored. */
export const WireContact = z.looseObject({
  id: z.string().min(1).max(200),
  customerId: text,
  revision: z.string().min(1).max(200),
  updatedAt: z.iso.datetime({ offset: true }),
  name: text,
  email: text,
  phone: text,
  language: text,
  tags: z.array(z.string()).nullish(),
});

export const WireChanges = z.looseObject({
  changes: z.array(z.union([z.looseObject({ contact: WireContact }), z.looseObject({ removed: z.string().min(1) })])),
  cursor: z.string().min(1).max(500),
  more: z.boolean().default(false),
});

export const WireFound = z.looseObject({ contacts: z.array(WireContact) });

export const WireProblem = z.looseObject({ type: z.string().optional(), existing: z.string().optional() });

export function contactFrom(wire: z.infer<typeof WireContact>): CrmContact {
  const plain = { ...wire, tags: wire.tags?.map((tag) => tag.replaceAll(";", ",")).join(";") };
  return {
    externalId: wire.id,
    ...(wire.customerId ? { customerId: wire.customerId } : {}),
    revision: wire.revision,
    updatedAt: Date.parse(wire.updatedAt),
    fields: Object.fromEntries(contactFields.map((field) => [field, canonicalField(field, plain[field])])),
  };
}

/** Empty values go out as null, tags as a list. */
export const wireFields = ({ tags, ...fields }: ContactFields): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value === "" ? null : value])),
  ...(tags === undefined ? {} : { tags: tags === "" ? [] : tags.split(";") }),
});
