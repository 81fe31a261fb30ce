import { builder, type Draft, type Expected, type Fields } from "./draft.ts";
import type { AirlineParams, Stage } from "./stage.ts";

/** Means of payment, of a trip for one in economy. */
export function paymentCases(stage: Stage, params: AirlineParams): Draft[] {
  const { book, totalOf } = builder(stage, params);
  const drafts: Draft[] = [];
  const price = totalOf({});
  const pay = (title: string, payments: Fields[], expect: Expected, rule?: string) =>
    void drafts.push({ title: `payment: ${title}`, op: "create_booking", params: book({ payments }), expect, ...(rule ? { rule } : {}) });
  const several = (kind: string, count: number) => Array.from({ length: count }, (_, index) => ({ payment_id: `${kind}_${index + 1}`, amount: 1 }));
  const kinds = { certificate: params.max_certificates, credit_card: params.max_credit_cards, gift_card: params.max_gift_cards };
  for (const [kind, most] of Object.entries(kinds))
    for (const count of [most, most + 1]) {
      const some = several(kind, count);
      const rest = { payment_id: kind === "credit_card" ? "gift_card_1" : "credit_card_1", amount: price - some.length };
      const known = kind === "gift_card" ? 5 : 3;
      if (count > known) continue;
      const rules: Record<string, string> = { certificate: "air.book.certificates", credit_card: "air.book.credit-cards", gift_card: "air.book.gift-cards" };
      pay(`${count} of ${kind}`, [...some, rest], count <= most ? "allow" : "deny", count <= most ? undefined : rules[kind]);
    }
  pay("a card that is not on file", [{ payment_id: "credit_card_9999999", amount: price }], "deny", "air.payment.not-on-file");
  pay(
    "one of two not on file",
    [
      { payment_id: "credit_card_1", amount: 10 },
      { payment_id: "gift_card_77", amount: price - 10 },
    ],
    "deny",
    "air.payment.not-on-file",
  );
  pay(
    "gift card to its last dollar",
    [
      { payment_id: "gift_card_2", amount: 50 },
      { payment_id: "credit_card_1", amount: price - 50 },
    ],
    "allow",
  );
  pay(
    "gift card beyond its last dollar",
    [
      { payment_id: "gift_card_2", amount: 51 },
      { payment_id: "credit_card_1", amount: price - 51 },
    ],
    "deny",
    "air.payment.balance",
  );
  pay(
    "certificate to its last dollar",
    [
      { payment_id: "certificate_2", amount: 50 },
      { payment_id: "credit_card_1", amount: price - 50 },
    ],
    params.max_certificates > 0 ? "allow" : "deny",
  );
  pay(
    "certificate beyond its last dollar",
    [
      { payment_id: "certificate_2", amount: 51 },
      { payment_id: "credit_card_1", amount: price - 51 },
    ],
    "deny",
  );
  pay("certificate worth more than the trip", [{ payment_id: "certificate_1", amount: price }], params.max_certificates > 0 ? "allow" : "deny");
  pay("a dollar too little", [{ payment_id: "credit_card_1", amount: price - 1 }], "deny", "air.book.amounts");
  pay("a dollar too much", [{ payment_id: "credit_card_1", amount: price + 1 }], "deny", "air.book.amounts");
  pay("nothing paid", [], "deny", "air.book.amounts");
  pay(
    "one takes back what another pays",
    [
      { payment_id: "credit_card_1", amount: price + 20 },
      { payment_id: "gift_card_2", amount: -20 },
    ],
    "deny",
    "air.book.amounts",
  );
  return drafts;
}
