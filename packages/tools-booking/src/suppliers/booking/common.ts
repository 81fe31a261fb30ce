import type { BookRequest, SupplierOrder } from "../../supplier.ts";
import { rejected } from "../rejected.ts";

export const quoteMs = 15 * 60_000;

export function cancelledAlready({ status }: SupplierOrder): void {
  if (status === "cancelled") throw rejected("already_cancelled", "the reservation is cancelled already; nothing is left to do");
}

/** Who orders. Raises `SUPPLIER_REJECTED` for what the vendor would refuse. */
export function bookerOf({ travellers, contact, key }: BookRequest, country: string, language: string) {
  const lead = travellers[0];
  if (!lead) throw rejected("invalid_travellers", "somebody must travel; give the name of at least one traveller");
  if (contact.phone === undefined) throw rejected("phone_required", "Booking.com wants a telephone number of the booker; ask for it");
  if (key.length === 0 || key.length > 28) throw rejected("invalid_key", "a booking needs a key of 1 to 28 signs");
  const { givenName, familyName } = lead;
  return { name: { first_name: givenName, last_name: familyName }, email: contact.email, telephone: contact.phone, address: { country }, language };
}
