import type { HotelOffer } from "../../offer.ts";
import { moment } from "./answers.ts";

const both = (value: number) => ({ accommodation_currency: value, booker_currency: value });
const round = (value: number) => Number(value.toFixed(2));

/** The price of one room: what the world asks, and the city tax that the house collects. */
export function priceOf(offers: readonly HotelOffer[]) {
  const add = (read: (offer: HotelOffer) => string | undefined) => round(offers.reduce((sum, offer) => sum + Number(read(offer) ?? 0), 0));
  const total = add(({ price }) => price.total.amount);
  const tax = add(({ price }) => price.taxes.amount);
  const cityTax = add(({ mandatoryFees }) => mandatoryFees?.amount);
  const charge = (id: number, value: number, mode: string, online: boolean) => ({
    charge: id,
    condition: null,
    included_in: { display: true, chargeable_online: online },
    mode,
    percentage: mode === "percentage" ? 10 : null,
    total_amount: both(value),
    unit_amount: null,
  });
  return {
    base: both(round(total - tax)),
    chargeable_online: both(total),
    charges: [
      charge(21, tax, "percentage", true),
      ...(cityTax > 0 ? [charge(142, cityTax, "per_person_per_night", false)] : []),
      // Only who brings a dog pays this.
      { ...charge(3, 10, "per_stay", false), condition: 30, included_in: { display: false, chargeable_online: false } },
    ],
    display: both(round(total + cityTax)),
    total: both(round(total + cityTax)),
  };
}

/** `first` is how the first step is written: `now` in an offer, null in an order. */
export const scheduleOf = ({ cancellation }: HotelOffer, first: "now" | null) =>
  cancellation.map(({ from, penalty }) => ({ from: from === "now" ? first : moment(Date.parse(from)), price: both(Number(penalty.amount)) }));

export function cancellationOf(offer: HotelOffer) {
  const [current, next] = offer.cancellation;
  const free = Number(current!.penalty.amount) === 0;
  return {
    free_cancellation_until: free && next ? moment(Date.parse(next.from)) : null,
    type: free ? "free_cancellation" : "non_refundable",
    schedule: scheduleOf(offer, "now"),
  };
}

const plans: Readonly<Record<string, string>> = { RO: "no_plan", BB: "breakfast_included", HB: "half_board" };
export const mealPlanOf = ({ ratePlan }: HotelOffer) => ({ meals: ratePlan.board === "RO" ? [] : ["breakfast"], plan: plans[ratePlan.board] ?? "no_plan" });

/** Savers are paid at once, the others also on the spot. */
export const timingsOf = ({ ratePlan }: HotelOffer): string[] => (ratePlan.code === "SAVER" ? ["pay_online_now"] : ["pay_at_the_property", "pay_online_now"]);
