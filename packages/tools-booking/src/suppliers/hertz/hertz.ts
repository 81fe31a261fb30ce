import type { CarOffer, CarQuery } from "../../offer.ts";
import type { Supplier, VerticalSupplier } from "../../supplier.ts";
import { rejected } from "../rejected.ts";

/** Its code at everybody who sells its cars: `vendors: ["ZE"]` in a `CarQuery` asks for them alone. */
export const hertzVendorCode = "ZE";

const notConfigured = async (): Promise<never> => {
  throw rejected(
    "not_configured",
    `Hertz has no public interface to connect to; its cars come as vendor ${hertzVendorCode} through Sabre, Booking.com and Duffel, so configure one of these and remove Hertz`,
  );
};

/**
 * Stands where somebody configures Hertz, and tells them why nothing comes from it: every call raises `SUPPLIER_REJECTED` with the
 * code `not_configured` and the way that there is.
 */
export function hertzSupplier(): Supplier {
  const cars: VerticalSupplier<CarQuery, CarOffer> = {
    search: notConfigured,
    reprice: notConfigured,
    book: notConfigured,
    find: notConfigured,
    read: notConfigured,
    quoteCancel: notConfigured,
    cancel: notConfigured,
  };
  return { id: "hertz", live: false, cars };
}
