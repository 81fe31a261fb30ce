import { zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { OrderChange, SupplierCall, SupplierOrder, Traveller, VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, type QuoteBook, type SupplierMemory } from "../http/index.ts";
import { codeWithin, rejected } from "../rejected.ts";
import { afterWrite, type BookingApi } from "./booking-api.ts";

function namesOnly({ travellers, cabin, checkedBags }: OrderChange): readonly Traveller[] {
  if (cabin !== undefined || checkedBags !== undefined || !travellers)
    throw rejected("change_not_allowed", "at Sabre only the names of an unticketed booking can be changed; for the rest cancel and book again");
  return travellers;
}

type Named = Record<string, unknown> & { givenName?: string; surname?: string };

/** The whole record with other names. Whatever is left out of it would be deleted. */
function renamed(document: Record<string, unknown>, travellers: readonly Traveller[]): Record<string, unknown> {
  const known = document.travelers as Named[];
  return { ...document, travelers: known.map((one, i) => ({ ...one, givenName: travellers[i]!.givenName, surname: travellers[i]!.familyName })) };
}

const carries = (names: readonly Named[], travellers: readonly Traveller[]): boolean =>
  names.length === travellers.length &&
  travellers.every(
    ({ givenName, familyName }, i) =>
      names[i]!.givenName?.toUpperCase() === givenName.toUpperCase() && names[i]!.surname?.toUpperCase() === familyName.toUpperCase(),
  );

/** What the record says about itself and not about the travel. */
const envelope = new Set(["bookingSignature", "timestamp", "request", "errors"]);

export interface NameChangeParts {
  api: BookingApi;
  memory: SupplierMemory;
  quotes: QuoteBook;
  read(reference: string, call: SupplierCall): Promise<SupplierOrder>;
}

export function nameChange({
  api,
  memory,
  quotes,
  read,
}: NameChangeParts): Required<Pick<VerticalSupplier<FlightQuery, FlightOffer>, "quoteModify" | "modify">> {
  async function changeable(reference: string, travellers: readonly Traveller[], call: SupplierCall): Promise<SupplierOrder> {
    const order = await read(reference, call);
    if (order.status !== "held") throw rejected("change_not_allowed", "names can be changed until the ticket is issued; afterwards the airline decides");
    const { booking } = await api.get(reference, call);
    if (booking.travelers.length !== travellers.length)
      throw rejected("invalid_travellers", `the booking has ${booking.travelers.length} travellers and ${travellers.length} were named; name all of them`);
    return order;
  }

  async function rename(reference: string, travellers: readonly Traveller[], call: SupplierCall): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      // The signature is that of the record read right before, in full: a part of it has none.
      const { booking, document } = await api.get(reference, call);
      if (booking.bookingSignature === undefined) throw rejected("no_signature", "Sabre gives this booking no signature now; try again later");
      const before = Object.fromEntries(Object.entries(document).filter(([name]) => !envelope.has(name)));
      try {
        return await api.modify(reference, { signature: booking.bookingSignature, before, after: renamed(before, travellers) }, call);
      } catch (error) {
        const outdated = codeWithin(error) === "UNABLE_TO_MODIFY_BOOKING_WRONG_SIGNATURE";
        // Somebody else changed the record in between, so that this change did nothing.
        if (!outdated || tries > 0) throw error;
      }
    }
  }

  return {
    async quoteModify(reference, change, call) {
      const travellers = namesOnly(change);
      const { total } = await changeable(reference, travellers, call);
      const nothing = zero(total.currency);
      return quotes.issue({ action: "modify", reference, penalty: nothing, refund: nothing, due: nothing, vendor: { travellers: fingerprint(travellers) } });
    },
    modify: (reference, change, token, key, call) =>
      afterSaleOnce(
        memory,
        "flight modify",
        { reference, key },
        {
          async act() {
            const travellers = namesOnly(change);
            const quote = await quotes.accept<{ travellers: string }>(token, "modify", reference);
            if (quote.vendor.travellers !== fingerprint(travellers))
              throw rejected("invalid_token", "the quote was for other names; ask for a quote for these");
            await changeable(reference, travellers, call);
            await rename(reference, travellers, call);
            return afterWrite(reference, () => read(reference, call));
          },
          async settled() {
            const { booking } = await api.get(reference, call);
            return carries(booking.travelers as Named[], namesOnly(change)) ? read(reference, call) : null;
          },
        },
      ),
  };
}

const fingerprint = (travellers: readonly Traveller[]): string =>
  JSON.stringify(travellers.map(({ id, givenName, familyName }) => [id, givenName, familyName]));
