import { z } from "zod";

// What is read of Stripe's objects. Unknown keys pass: accounts see new ones every month.

const metadata = z.record(z.string(), z.string()).nullish();
const fee = z.looseObject({ fee: z.int(), currency: z.string() });

export const Charge = z.looseObject({
  id: z.string(),
  amount_refunded: z.int(),
  balance_transaction: z.union([z.string(), fee]).nullish(),
});

export const Intent = z.looseObject({
  id: z.string(),
  status: z.string(),
  amount: z.int(),
  currency: z.string(),
  amount_received: z.int().nullish(),
  latest_charge: z.union([z.string(), Charge]).nullish(),
  next_action: z.looseObject({ redirect_to_url: z.looseObject({ url: z.string().nullish() }).nullish() }).nullish(),
  metadata,
});
export type Intent = z.infer<typeof Intent>;

export const Session = z.looseObject({
  id: z.string(),
  status: z.string().nullish(),
  url: z.string().nullish(),
  currency: z.string().nullish(),
  expires_at: z.int(),
  client_reference_id: z.string().nullish(),
  payment_intent: z.union([z.string(), Intent]).nullish(),
  metadata,
});
export type Session = z.infer<typeof Session>;

export const Refund = z.looseObject({
  id: z.string(),
  status: z.string().nullish(),
  payment_intent: z.union([z.string(), Intent]).nullish(),
  metadata,
});

export const PaymentMethod = z.looseObject({ id: z.string(), customer: z.string().nullish() });

const list = <T extends z.ZodType>(item: T) => z.looseObject({ data: z.array(item), has_more: z.boolean().default(false) });
export const SessionList = list(Session);
export const IntentList = list(Intent);
export const RefundList = list(Refund);

export const Failure = z.looseObject({
  error: z.looseObject({
    type: z.string().nullish(),
    code: z.string().nullish(),
    decline_code: z.string().nullish(),
    message: z.string().nullish(),
    payment_intent: z.looseObject({ id: z.string() }).nullish(),
  }),
});

export const Event = z.looseObject({
  id: z.string(),
  type: z.string(),
  livemode: z.boolean().nullish(),
  data: z.looseObject({
    object: z.looseObject({
      id: z.string().nullish(),
      object: z.string().nullish(),
      metadata,
      client_reference_id: z.string().nullish(),
      payment_intent: z.union([z.string(), z.looseObject({ id: z.string() })]).nullish(),
    }),
  }),
});
