import type { Customer } from "@travelagent/protocol";
import type { CustomerFields } from "../crm.ts";

const single = ["email", "phone", "language", "notes", "owner", "country", "timeZone", "companyId", "costCentre"] as const;

/** What a survivor got of the other record, so that it can be taken away again. */
export interface Filled {
  fields: Partial<Record<(typeof single)[number], string>>;
  preferences: Record<string, unknown>;
  tags: string[];
}

/** What the survivor lacks and the other has. */
export function lacking(survivor: Customer, other: Customer): Filled {
  const fields: Filled["fields"] = {};
  for (const key of single) if (survivor[key] === undefined && other[key] !== undefined) fields[key] = other[key];
  const own: Record<string, unknown> = survivor.preferences ?? {};
  const preferences = Object.fromEntries(Object.entries(other.preferences ?? {}).filter(([key, value]) => own[key] === undefined && value !== undefined));
  return { fields, preferences, tags: other.tags.filter((tag) => !survivor.tags.includes(tag)) };
}

export const filledIn = (survivor: Customer, { fields, preferences, tags }: Filled): CustomerFields =>
  ({
    ...survivor,
    ...fields,
    ...(Object.keys(preferences).length > 0 ? { preferences: { ...preferences, ...survivor.preferences } } : {}),
    tags: [...survivor.tags, ...tags],
  }) as CustomerFields;

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Without what came by the merge and was not changed since. */
export function emptied(survivor: Customer, { fields, preferences, tags }: Filled): CustomerFields {
  const rest: Record<string, unknown> = { ...survivor, tags: survivor.tags.filter((tag) => !tags.includes(tag)) };
  for (const [key, value] of Object.entries(fields)) if (rest[key] === value) delete rest[key];
  const kept = Object.entries(survivor.preferences ?? {}).filter(([key, value]) => !(key in preferences && same(preferences[key], value)));
  if (kept.length > 0) rest.preferences = Object.fromEntries(kept);
  else delete rest.preferences;
  return rest as unknown as CustomerFields;
}
