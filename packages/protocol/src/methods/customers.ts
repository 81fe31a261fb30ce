import * as z from "zod";
import { cursor, id, idempotencyKey, limit } from "./common.ts";
import { method } from "./define.ts";

export const lifecycleStages = ["lead", "customer", "booked", "travelling", "after-trip"] as const;

const airlines = z.array(z.string().min(1).max(60)).max(20).optional();

/** How somebody likes to travel. */
export const CustomerPreferences = z.strictObject({
  seat: z.string().max(60).optional(),
  meal: z.string().max(60).optional(),
  cabin: z.enum(["economy", "premium-economy", "business", "first"]).optional(),
  hotel: z.string().max(300).optional(),
  airlinesLiked: airlines,
  airlinesAvoided: airlines,
  /** In their own words: wheelchair, medicine that must stay cool. */
  assistance: z.string().max(500).optional(),
});
export type CustomerPreferences = z.infer<typeof CustomerPreferences>;

export const Customer = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  phone: z.string().optional(),
  language: z.string().optional(),
  notes: z.string().optional(),
  tags: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
  /** Who of the agency looks after them. */
  owner: z.string().optional(),
  /** Computed from bookings; nobody sets it. */
  lifecycle: z.enum(lifecycleStages).optional(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().optional(),
  /** IANA. */
  timeZone: z.string().optional(),
  companyId: z.string().optional(),
  costCentre: z.string().optional(),
  preferences: CustomerPreferences.optional(),
  /** The brand whose customer this is; absent is the only or first one. */
  agency: z.string().optional(),
  /** This record was merged into that one, and is in no list. */
  mergedInto: z.string().optional(),
});
export type Customer = z.infer<typeof Customer>;

const Identity = z.strictObject({
  channel: z.string(),
  peerId: z.string(),
  verified: z.boolean(),
  /** Who vouched for it. */
  how: z.enum(["platform", "code", "operator", "portal", "site"]).optional(),
  verifiedAt: z.string().optional(),
  verifiedBy: z.string().optional(),
  /** Since then it counts for nothing. */
  removedAt: z.string().optional(),
});

const Party = z.strictObject({
  id: z.string(),
  customerId: z.string(),
  name: z.string(),
  members: z.array(
    z.strictObject({
      role: z.string(),
      customerId: z.string().optional(),
      name: z.string().optional(),
      /** `YYYY-MM-DD`. */
      birthDate: z.string().optional(),
    }),
  ),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
});

const Company = z.strictObject({
  id: z.string(),
  name: z.string(),
  vatId: z.string().optional(),
  /** The company's travel policy, as values: `{maxHotelPerNight: "180.00 EUR"}`. */
  policy: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  costCentres: z.array(z.string()),
  agency: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  version: z.int(),
});

const LinkRequest = z.strictObject({
  id: z.string(),
  status: z.enum(["waiting", "code-sent", "proven", "linked", "rejected", "expired"]),
  sessionKey: z.string(),
  channel: z.string(),
  /** The record that was meant. */
  customerId: z.string(),
  customerName: z.string(),
  /** What was named: an e-mail address, a number or a booking. */
  by: z.enum(["email", "phone", "booking", "site"]),
  createdAt: z.string(),
});

const TimelineEntry = z.strictObject({
  /** ISO 8601 UTC. */
  at: z.string(),
  /** `note`, `lead`, `booking`, `conversation`, `merge`, `identity`, `lifecycle`, and what else sources tell. */
  kind: z.string(),
  id: z.string(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});

const fields = {
  name: z.string().min(1).max(200),
  email: z.email().max(254).optional(),
  /** E.164. */
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, "a phone number in international form, such as +34600111222")
    .optional(),
  language: z.string().max(35).optional(),
  notes: z.string().max(10_000).optional(),
  tags: z.array(z.string().min(1).max(64)).max(50).optional(),
  owner: z.string().min(1).max(200).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "a country as two capital letters, such as PT")
    .optional(),
  timeZone: z.string().min(1).max(64).optional(),
  companyId: id.optional(),
  costCentre: z.string().min(1).max(100).optional(),
  preferences: CustomerPreferences.optional(),
};

/** Null takes a value away. */
const changes = {
  name: fields.name.optional(),
  email: fields.email.nullable(),
  phone: fields.phone.nullable(),
  language: fields.language.nullable(),
  notes: fields.notes.nullable(),
  tags: fields.tags,
  owner: fields.owner.nullable(),
  country: fields.country.nullable(),
  timeZone: fields.timeZone.nullable(),
  companyId: fields.companyId.nullable(),
  costCentre: fields.costCentre.nullable(),
  preferences: fields.preferences.nullable(),
};

const agency = z.string().min(1).max(64).optional();
const birthDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "a date such as 1987-04-30")
  .optional();
const address = { id, channel: z.string().min(1).max(64), peerId: z.string().min(1).max(320) };
const company = {
  name: z.string().trim().min(1).max(200),
  vatId: z.string().min(1).max(40).optional(),
  policy: z.record(z.string().min(1).max(64), z.union([z.string().max(500), z.number(), z.boolean()])).optional(),
  costCentres: z.array(z.string().min(1).max(100)).max(500).optional(),
};
const expectedVersion = z.int().optional();

export const customerMethods = {
  "customers.list": method({
    scope: "operator.read",
    params: z
      .strictObject({
        query: z.string().max(200).optional(),
        tag: z.string().min(1).max(64).optional(),
        owner: z.string().min(1).max(200).optional(),
        lifecycle: z.enum(lifecycleStages).optional(),
        companyId: id.optional(),
        agency,
        limit,
        cursor,
      })
      .optional(),
    result: z.looseObject({ customers: z.array(Customer), nextCursor: z.string().optional() }),
  }),
  "customers.get": method({ scope: "operator.read", params: z.strictObject({ id }), result: z.looseObject({ customer: Customer }) }),
  "customers.create": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ ...fields, agency, idempotencyKey }),
    result: z.looseObject({ customer: Customer }),
  }),
  "customers.update": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, ...changes, expectedVersion, idempotencyKey }),
    result: z.looseObject({ customer: Customer }),
  }),

  "customers.identities.list": method({
    scope: "operator.read",
    params: z.strictObject({ id }),
    result: z.looseObject({ identities: z.array(Identity) }),
  }),
  /** `verified`: whoever calls has made sure of it. */
  "customers.identities.add": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ ...address, verified: z.boolean().optional(), idempotencyKey }),
    result: z.looseObject({ identities: z.array(Identity) }),
  }),
  "customers.identities.remove": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ ...address, idempotencyKey }),
    result: z.looseObject({ identities: z.array(Identity) }),
  }),

  /** Records that may be one person: of one customer with `id`, else of all. For people to look at. */
  "customers.duplicates": method({
    scope: "operator.read",
    params: z.strictObject({ id: id.optional(), agency, limit }).optional(),
    result: z.looseObject({
      candidates: z.array(z.looseObject({ customers: z.array(z.looseObject({ id: z.string(), name: z.string() })), by: z.array(z.string()) })),
    }),
  }),
  /** `id` goes up in `into`, which lives on. */
  "customers.merge": method({
    scope: "operator.write",
    idempotent: true,
    waitsMs: 30_000,
    params: z.strictObject({ id, into: id, idempotencyKey }),
    result: z.looseObject({ customer: Customer, moved: z.int() }),
  }),
  /** Gives back what the merge of `id` moved; what came later stays where it is. */
  "customers.unmerge": method({
    scope: "operator.write",
    idempotent: true,
    waitsMs: 30_000,
    params: z.strictObject({ id, idempotencyKey }),
    result: z.looseObject({ customer: Customer, survivor: Customer, returned: z.int() }),
  }),
  /** Newest first. */
  "customers.timeline": method({
    scope: "operator.read",
    params: z.strictObject({ id, limit, cursor }),
    result: z.looseObject({ entries: z.array(TimelineEntry), nextCursor: z.string().optional() }),
  }),

  "customers.parties.list": method({
    scope: "operator.read",
    params: z.strictObject({ customerId: id }),
    result: z.looseObject({ parties: z.array(Party) }),
  }),
  /** Makes a party, or writes the one with `id` as a whole. */
  "customers.parties.save": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({
      id: id.optional(),
      customerId: id,
      name: z.string().trim().min(1).max(200),
      members: z
        .array(
          z.strictObject({
            role: z.string().trim().min(1).max(60),
            customerId: id.optional(),
            name: z.string().trim().min(1).max(200).optional(),
            birthDate,
          }),
        )
        .max(100),
      expectedVersion,
      idempotencyKey,
    }),
    result: z.looseObject({ party: Party }),
  }),
  "customers.parties.remove": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, idempotencyKey }),
    result: z.looseObject({ removed: z.boolean() }),
  }),

  "customers.companies.list": method({
    scope: "operator.read",
    params: z.strictObject({ query: z.string().max(200).optional(), agency, limit, cursor }).optional(),
    result: z.looseObject({ companies: z.array(Company), nextCursor: z.string().optional() }),
  }),
  "customers.companies.get": method({ scope: "operator.read", params: z.strictObject({ id }), result: z.looseObject({ company: Company }) }),
  "customers.companies.create": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ ...company, agency, idempotencyKey }),
    result: z.looseObject({ company: Company }),
  }),
  "customers.companies.update": method({
    scope: "operator.write",
    idempotent: true,
    params: z.strictObject({ id, ...company, name: company.name.optional(), vatId: company.vatId.nullable(), expectedVersion, idempotencyKey }),
    result: z.looseObject({ company: Company }),
  }),

  /** People who say that a record is theirs. Default: those that wait for somebody to decide. */
  "customers.links.list": method({
    scope: "operator.read",
    params: z.strictObject({ status: LinkRequest.shape.status.optional(), limit }).optional(),
    result: z.looseObject({ requests: z.array(LinkRequest) }),
  }),
  "customers.links.decide": method({
    scope: "operator.write",
    idempotent: true,
    waitsMs: 30_000,
    params: z.strictObject({ id, decision: z.enum(["link", "reject"]), idempotencyKey }),
    result: z.looseObject({ request: LinkRequest }),
  }),
} as const;
