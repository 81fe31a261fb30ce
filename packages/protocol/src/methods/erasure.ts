import * as z from "zod";
import { id, idempotencyKey, limit, str1 } from "./common.ts";
import { method } from "./define.ts";

/** What was removed of a person, what a law keeps, and what a look at every file found. Nothing in it names anybody. */
export const ErasureCertificate = z.looseObject({
  kind: z.literal("erasure-certificate"),
  version: z.literal(1),
  id: z.string(),
  /** SHA-256 of the customer's id, hex. */
  subject: z.string(),
  state: z.enum(["complete", "incomplete"]),
  reason: z.string(),
  by: z.string(),
  forced: z.boolean().optional(),
  requestedAt: z.string(),
  completedAt: z.string(),
  stores: z.array(z.looseObject({ name: z.string(), removed: z.int() })),
  holds: z.array(z.looseObject({ what: z.string(), basis: z.string(), until: z.string(), where: z.string() })),
  scan: z.looseObject({
    files: z.int(),
    bytes: z.int(),
    rows: z.int(),
    identifiers: z.int(),
    forms: z.int(),
    held: z.int(),
    residue: z.array(z.looseObject({ place: z.string(), identifiers: z.int() })),
    residueAccepted: z.boolean().optional(),
  }),
  signature: z.looseObject({ algorithm: z.literal("HMAC-SHA256"), value: z.string() }),
});
export type ErasureCertificate = z.infer<typeof ErasureCertificate>;

const hourMs = 3_600_000;

export const erasureMethods = {
  /**
   * A zip with everything about the person, part by part: without `download` the first one, then `download` from the answer and the
   * next number, until `last`. It is made while it is fetched and lies nowhere.
   */
  "customers.export": method({
    scope: "operator.admin",
    waitsMs: 120_000,
    params: z.strictObject({ id, download: str1.max(64).optional(), part: z.int().min(0).optional() }),
    result: z.looseObject({
      name: z.string(),
      mimeType: z.literal("application/zip"),
      download: z.string(),
      part: z.int(),
      data: z.base64(),
      last: z.boolean(),
    }),
  }),
  /** Forgets a person and answers with the certificate. Progress comes as events `customers.erasure`. */
  "customers.erase": method({
    scope: "operator.admin",
    idempotent: true,
    waitsMs: hourMs,
    params: z.strictObject({
      id,
      reason: str1.max(500).describe("Stands on the certificate, and must not name the person."),
      force: z.boolean().optional().describe("Also while a booking is not over."),
      acceptResidue: z.boolean().optional().describe("The places that the last certificate lists were looked at, and may stay."),
      idempotencyKey,
    }),
    result: ErasureCertificate,
  }),
  /** Who is being forgotten or was, newest first, with their certificates. */
  "customers.erasures": method({
    scope: "operator.admin",
    params: z.strictObject({ limit }).optional(),
    result: z.looseObject({
      erasures: z.array(
        z.looseObject({
          id: z.string(),
          state: z.enum(["running", "complete", "incomplete"]),
          subject: z.string(),
          reason: z.string(),
          by: z.string(),
          requestedAt: z.string(),
          endedAt: z.string().optional(),
          certificate: ErasureCertificate.optional(),
        }),
      ),
    }),
  }),
} as const;
