import * as z from "zod";
import { id, idempotencyKey, limit } from "./common.ts";
import { method } from "./define.ts";

const kind = z.enum(["passport", "identity-card", "visa", "residence-permit", "driving-licence", "known-traveller", "loyalty", "insurance"]);
const country = z.string().regex(/^[A-Z]{2}$/, "ISO 3166-1 alpha-2, such as PT");

/** Masked: the end of a number, the year of a date of birth. */
export const VaultDocument = z.looseObject({
  id: z.string(),
  customerId: z.string(),
  kind,
  holder: z.strictObject({ givenName: z.string(), familyName: z.string() }),
  country: z.string().optional(),
  expiresOn: z.string().optional(),
  issuer: z.string().optional(),
  masked: z.record(z.string(), z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
});

export const VaultFile = z.looseObject({
  id: z.string(),
  customerId: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.int(),
  state: z.enum(["quarantined", "clean", "refused"]),
  reason: z.string().optional(),
  addedBy: z.string(),
  createdAt: z.string(),
});

export const vaultMethods = {
  "vault.list": method({
    scope: "operator.read",
    params: z.strictObject({ customerId: id }),
    result: z.looseObject({ documents: z.array(VaultDocument), damaged: z.array(z.string()), files: z.array(VaultFile) }),
  }),
  "vault.add": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      customerId: id,
      kind,
      number: z.string().min(4).max(40),
      holder: z.strictObject({ givenName: z.string().min(1).max(60), familyName: z.string().min(1).max(60) }),
      country: country.optional(),
      nationality: country.optional(),
      bornOn: z.iso.date().optional(),
      gender: z.enum(["M", "F", "X"]).optional(),
      issuedOn: z.iso.date().optional(),
      expiresOn: z.iso.date().optional(),
      issuer: z.string().min(1).max(60).optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ document: VaultDocument, duplicates: z.int() }),
  }),
  "vault.remove": method({
    scope: "operator.write",
    params: z.strictObject({ id, reason: z.string().max(500).optional() }),
    result: z.looseObject({ removed: z.boolean() }),
  }),
  /** Asks the checks again about a file in quarantine. */
  "vault.check": method({ scope: "operator.write", params: z.strictObject({ id }), result: z.looseObject({ file: VaultFile }) }),
  "vault.audit": method({
    scope: "operator.admin",
    params: z.strictObject({ documentId: id.optional(), customerId: id.optional(), limit }).optional(),
    result: z.looseObject({
      entries: z.array(
        z.looseObject({
          id: z.string(),
          at: z.string(),
          action: z.string(),
          actor: z.string(),
          why: z.record(z.string(), z.string()),
          fields: z.array(z.string()),
        }),
      ),
    }),
  }),
  "vault.rotate": method({ scope: "operator.admin", params: z.strictObject({}).optional(), result: z.looseObject({ rotated: z.int(), keyId: z.string() }) }),
} as const;
