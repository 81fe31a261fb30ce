import * as z from "zod";
import { cursor, id, idempotencyKey, limit } from "./common.ts";
import { method } from "./define.ts";

/**
 * What somebody is written to for, or what is done with what is known of them. `service`: about their own request or booking.
 * `ai-assistance`: a machine answers them.
 */
export const ContactPurpose = z.enum(["service", "marketing", "reminders", "profiling", "ai-assistance"]);
export type ContactPurpose = z.infer<typeof ContactPurpose>;

/** One line of the ledger of consents. Nothing in it is ever changed: a newer line counts. */
export const ConsentEntry = z.strictObject({
  id: z.string(),
  kind: z.enum(["consent", "withdrawal"]),
  /** A channel, or `*` for all. */
  channel: z.string(),
  /** A purpose, or `*` for whatever goes out on the channel. */
  purpose: z.union([ContactPurpose, z.literal("*")]),
  agency: z.string(),
  customerId: z.string().optional(),
  /** On that channel. Absent when only a hash of it is kept. */
  peerId: z.string().optional(),
  proof: z.strictObject({
    /** `message`: the person's own. `confirmation`: a yes to exactly this text. `form`, `operator`, `import`: as somebody of the agency recorded it. */
    how: z.enum(["message", "confirmation", "form", "operator", "import"]),
    /** What the person was shown or wrote. */
    text: z.string().optional(),
    /** SHA-256 of the text, hex: which version of it. */
    textHash: z.string().optional(),
    messageId: z.string().optional(),
    operator: z.string().optional(),
    locale: z.string().optional(),
  }),
  /** When the person said so. */
  at: z.string(),
  recordedAt: z.string(),
});
export type ConsentEntry = z.infer<typeof ConsentEntry>;

/** An AI was disclosed as one in a conversation. */
export const DisclosureEntry = z.strictObject({
  sessionKey: z.string(),
  /** The reply it stood in. */
  messageId: z.string(),
  text: z.string(),
  textHash: z.string(),
  locale: z.string(),
  at: z.string(),
});
export type DisclosureEntry = z.infer<typeof DisclosureEntry>;

const channel = z.string().min(1).max(64);
const purpose = z.union([ContactPurpose, z.literal("*")]);
const person = {
  customerId: id.optional(),
  channel: channel.optional(),
  peerId: z.string().min(1).max(320).optional(),
  agency: z.string().min(1).max(64).optional(),
};
const line = {
  ...person,
  channel,
  purpose,
  how: z.enum(["form", "operator", "import"]).optional(),
  text: z.string().min(1).max(10_000).optional(),
  messageId: id.optional(),
  locale: z.string().max(35).optional(),
  /** When the person said so; default now. Never in the future. */
  at: z.iso.datetime().optional(),
  idempotencyKey,
};

export const consentMethods = {
  "consents.list": method({
    scope: "operator.read",
    params: z.strictObject({ ...person, sessionKey: z.string().max(500).optional(), limit, cursor }).optional(),
    result: z.looseObject({
      entries: z.array(ConsentEntry),
      /** What counts now, of one person; absent when nobody is named. */
      current: z.array(z.looseObject({ channel: z.string(), purpose, state: z.enum(["consent", "withdrawn"]), since: z.string() })).optional(),
      disclosures: z.array(DisclosureEntry),
      nextCursor: z.string().optional(),
    }),
  }),
  "consents.record": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ ...line, text: z.string().min(1).max(10_000) }),
    result: z.looseObject({ entry: ConsentEntry }),
  }),
  "consents.withdraw": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject(line),
    result: z.looseObject({ entry: ConsentEntry }),
  }),
  /** Whether the person may be written to for that, and why not. */
  "consents.check": method({
    scope: "operator.read",
    params: z.strictObject({ ...person, channel, purpose: ContactPurpose }),
    result: z.looseObject({ allowed: z.boolean(), code: z.string().optional(), reason: z.string().optional(), basis: z.string().optional() }),
  }),
} as const;

const RetentionLine = z.looseObject({
  /** What is kept, such as `messages`. */
  kind: z.string(),
  store: z.string(),
  /** Absent: kept without an end. */
  days: z.int().optional(),
  /** ISO 8601: what is older is gone, or would be. */
  before: z.string().optional(),
  removed: z.int(),
  /** Old enough, and still needed. */
  kept: z.int(),
  error: z.string().optional(),
});

export const retentionMethods = {
  /** Removes what its time is over of. `dryRun` only counts. */
  "privacy.retention.run": method({
    scope: "operator.admin",
    params: z.strictObject({ dryRun: z.boolean().optional() }).optional(),
    result: z.looseObject({ runId: z.string(), dryRun: z.boolean(), lines: z.array(RetentionLine) }),
    waitsMs: 600_000,
  }),
  "privacy.retention.status": method({
    scope: "operator.read",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      running: z.boolean(),
      nextAt: z.string().optional(),
      last: z.looseObject({ runId: z.string(), startedAt: z.string(), endedAt: z.string(), lines: z.array(RetentionLine) }).optional(),
    }),
  }),
} as const;
