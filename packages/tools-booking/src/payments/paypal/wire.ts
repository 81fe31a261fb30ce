import { z } from "zod";

// What is read of PayPal's objects. Unknown keys pass.

const Amount = z.looseObject({ currency_code: z.string(), value: z.string() });

export const Authorization = z.looseObject({
  id: z.string(),
  status: z.string(),
  amount: Amount,
  expiration_time: z.string().optional(),
});
export type Authorization = z.infer<typeof Authorization>;

export const Capture = z.looseObject({
  id: z.string(),
  status: z.string(),
  amount: Amount,
  invoice_id: z.string().optional(),
  seller_receivable_breakdown: z.looseObject({ paypal_fee: Amount.optional() }).optional(),
});
export type Capture = z.infer<typeof Capture>;

export const Refund = z.looseObject({ id: z.string(), status: z.string(), amount: Amount, invoice_id: z.string().optional() });

export const Order = z.looseObject({
  id: z.string(),
  status: z.string(),
  purchase_units: z
    .array(
      z.looseObject({
        custom_id: z.string().optional(),
        payments: z
          .looseObject({ authorizations: z.array(Authorization).default([]), captures: z.array(Capture).default([]), refunds: z.array(Refund).default([]) })
          .optional(),
      }),
    )
    .default([]),
  links: z.array(z.looseObject({ rel: z.string(), href: z.string() })).default([]),
});
export type Order = z.infer<typeof Order>;

export const Token = z.looseObject({ access_token: z.string(), expires_in: z.number() });

export const Failure = z.looseObject({
  name: z.string(),
  message: z.string().optional(),
  details: z.array(z.looseObject({ issue: z.string().optional(), description: z.string().optional() })).default([]),
});

export const Verification = z.looseObject({ verification_status: z.string() });

export const Event = z.looseObject({
  id: z.string(),
  event_type: z.string(),
  resource: z.looseObject({
    id: z.string().optional(),
    custom_id: z.string().optional(),
    purchase_units: z.array(z.looseObject({ custom_id: z.string().optional() })).optional(),
    supplementary_data: z.looseObject({ related_ids: z.looseObject({ order_id: z.string().optional() }).optional() }).optional(),
  }),
});
