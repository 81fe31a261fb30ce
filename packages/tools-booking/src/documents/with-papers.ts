import { TravelAgentError } from "@travelagent/protocol";
import type { FlightOffer, FlightQuery } from "../offer.ts";
import type { BookRequest, OpenedPaper, PaperRef, Supplier, SupplierCall, SupplierOrder, VerticalSupplier } from "../supplier.ts";

/** Opens papers for one purchase at one supplier, and puts that on record. Raises `NOT_FOUND` for one that is gone. */
export type PaperOpener = (papers: readonly PaperRef[], to: { supplier: string; bookingId: string; key: string }) => Promise<OpenedPaper[]>;

/** Our keys of purchases begin with the id of the order. */
const bookingOf = (key: string): string => key.split("-")[0]!;

/** An error that says a number again, as some vendors do, without it. */
function without(error: unknown, numbers: readonly string[]): unknown {
  if (!TravelAgentError.is(error) || numbers.length === 0) return error;
  const clean = (text: string): string => numbers.reduce((left, number) => left.replaceAll(number, "[number of a paper]"), text);
  const shape = JSON.stringify([error.message, error.details ?? null]);
  if (clean(shape) === shape) return error;
  const [message, details] = JSON.parse(clean(shape)) as [string, unknown];
  return new TravelAgentError(error.code, message, {
    ...(details === null ? {} : { details }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

/**
 * The same supplier, able to open the papers of travellers within a purchase of flights and nowhere else. What is opened lives as long
 * as the call: in no order, memo or error.
 */
export function withPapers(supplier: Supplier, open: PaperOpener): Supplier {
  const { flights } = supplier;
  if (!flights) return supplier;
  const opening =
    (buy: (request: BookRequest<FlightOffer>, call: SupplierCall) => Promise<SupplierOrder>) =>
    async (request: BookRequest<FlightOffer>, call: SupplierCall): Promise<SupplierOrder> => {
      const numbers: string[] = [];
      try {
        return await buy(request, {
          ...call,
          async papers({ documents = [] }) {
            const opened = await open(documents, { supplier: supplier.id, bookingId: bookingOf(request.key), key: request.key });
            numbers.push(...opened.map(({ number }) => number));
            return opened;
          },
        });
      } catch (error) {
        throw without(error, numbers);
      }
    };
  const wrapped: VerticalSupplier<FlightQuery, FlightOffer> = {
    ...flights,
    book: opening((request, call) => flights.book(request, call)),
    ...(flights.hold ? { hold: opening((request, call) => flights.hold!(request, call)) } : {}),
  };
  return { ...supplier, flights: wrapped };
}
