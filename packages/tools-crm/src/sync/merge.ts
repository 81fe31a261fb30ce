import { createHash } from "node:crypto";
import { isAcceptable } from "../providers/canonical.ts";
import type { ContactField, ContactFields } from "../providers/provider.ts";

/** Who wins a field that both sides changed. `ask`: nobody, until a person decided. */
export type ConflictRule = "ours" | "theirs" | "newest" | "ask";
export type ConflictRules = Partial<Record<ContactField, ConflictRule>>;

/** Per field, a hash of the value both sides had last. */
export type CommonState = Partial<Record<ContactField, string>>;

/** Of a value within one record: the same value of two people has two hashes. */
export const fieldHash = (externalId: string, field: ContactField, value: string): string =>
  createHash("sha256").update(`${externalId}\n${field}\n${value}`).digest("base64url").slice(0, 22);

export interface MergeInput {
  fields: readonly ContactField[];
  ours: ContactFields;
  theirs: ContactFields;
  base: CommonState;
  /** What was sent by a write whose outcome was not seen: when it is there, it is our own doing. */
  pending: CommonState;
  hash(field: ContactField, value: string): string;
  rules: ConflictRules;
  newer: "ours" | "theirs";
}

export interface FieldConflict {
  field: ContactField;
  /** `unreadable`: their value does not fit our records. */
  kind: "fields" | "unreadable";
  ours: string;
  theirs: string;
  /** Absent: nobody has decided. */
  taken?: "ours" | "theirs";
}

export interface Merged {
  /** Values of theirs for our record. */
  take: ContactFields;
  /** Values of ours for theirs. */
  push: ContactFields;
  conflicts: FieldConflict[];
  /** Fields that are the same on both sides, or will be once `take` and `push` are done. */
  settled: ContactField[];
}

/**
 * Two sides and what they last had in common, field by field. Who alone changed a field wins it; what both changed is told as a conflict and
 * decided by its rule. A field without common state is filled in from the side that has a value.
 */
export function merge({ fields, ours, theirs, base, pending, hash, rules, newer }: MergeInput): Merged {
  const merged: Merged = { take: {}, push: {}, conflicts: [], settled: [] };
  for (const field of fields) {
    const own = ours[field] ?? "";
    const other = theirs[field] ?? "";
    const settle = (side: "take" | "push", value: string) => {
      merged[side][field] = value;
      merged.settled.push(field);
    };
    if (own === other) {
      merged.settled.push(field);
      continue;
    }
    const known = base[field] !== undefined;
    const weChanged = known ? hash(field, own) !== base[field] : own !== "";
    const otherHash = hash(field, other);
    const theyChanged = known ? otherHash !== base[field] && otherHash !== pending[field] : other !== "" && otherHash !== pending[field];
    if (!theyChanged) {
      settle("push", own);
      continue;
    }
    // Our records always have a name: theirs may be without one, and that is no news.
    if (field === "name" && other === "") {
      if (weChanged) settle("push", own);
      continue;
    }
    if (!isAcceptable(field, other)) {
      merged.conflicts.push({ field, kind: "unreadable", ours: own, theirs: other });
      continue;
    }
    if (!weChanged) {
      settle("take", other);
      continue;
    }
    const rule = rules[field] ?? "newest";
    const taken = rule === "ask" ? undefined : rule === "newest" ? newer : rule;
    merged.conflicts.push({ field, kind: "fields", ours: own, theirs: other, ...(taken ? { taken } : {}) });
    if (taken === "ours") settle("push", own);
    if (taken === "theirs") settle("take", other);
  }
  return merged;
}
