import type { Answer } from "./conversation.ts";

/** Results as the booking tools give them. */

const offer = (number: number, offerId: string, title: string, lines: string[], amount: string, tags: string[]) => ({
  number,
  offerId,
  supplier: "sandbox",
  title,
  lines,
  price: { amount, currency: "EUR" },
  tags,
  expiresAt: "2027-01-13T10:00:00Z",
  sandbox: true,
});
const suppliers = [{ id: "sandbox", status: "ok", ms: 12 }];

export const flights: Answer = (query, calls) => ({
  status: "ok",
  vertical: "flight",
  query,
  offers: [
    offer(1, `fl-${calls}-1`, "Lufthansa LH1123, light", ["08:15 to 11:40, 1 stop", "hand luggage only"], "189.40", ["cheapest"]),
    offer(2, `fl-${calls}-2`, "Vueling VY8460, flex", ["10:15 to 11:20, direct", "1 checked bag"], "240.00", ["fastest"]),
    offer(3, `fl-${calls}-3`, "TAP TP1031, classic", ["18:05 to 19:10, direct", "1 checked bag"], "260.10", []),
  ],
  suppliers,
});
export const hotels: Answer = (query, calls) => ({
  status: "ok",
  vertical: "hotel",
  query,
  offers: [
    offer(1, `ho-${calls}-1`, "Hotel Miradouro, 3 stars", ["Double room, breakfast", "free cancellation"], "210.00", ["cheapest"]),
    offer(2, `ho-${calls}-2`, "Palacio do Rio, 5 stars", ["Suite", "not refundable"], "612.00", []),
  ],
  suppliers,
});
export const cars: Answer = (query, calls) => ({
  status: "ok",
  vertical: "car",
  query,
  offers: [offer(1, `ca-${calls}-1`, "Seat Ibiza or similar", ["manual, 5 seats"], "98.00", ["cheapest"])],
  suppliers,
});
export const nothing =
  (vertical: string): Answer =>
  (query) => ({ status: "no-offers", vertical, query, offers: [], suppliers });

export const pending =
  (tool: string, more: Record<string, unknown> = {}): Answer =>
  () => ({ status: "confirmation-required", confirmationId: "cf_1", tool, title: "Please confirm", lines: [], expiresAt: "2027-01-13T09:30:00Z", ...more });

const time = (local: string) => ({ local: `${local}:00`, timeZone: "Europe/Madrid", utc: `${local}:00Z` });
export const flightItem = {
  kind: "flight",
  supplier: "sandbox",
  locators: ["X1Y2Z3"],
  status: "ticketed",
  summary: "LH1123 Barcelona BCN → Lisbon LIS, Fri 12 Mar 2027 08:15",
  start: time("2027-03-12T08:15"),
  end: time("2027-03-12T11:40"),
  sandbox: true,
};
export const hotelItem = {
  kind: "hotel",
  supplier: "sandbox",
  locators: [],
  status: "confirmed",
  summary: "Hotel Miradouro, Lisbon, 3 nights",
  start: time("2027-03-12T15:00"),
  end: time("2027-03-15T11:00"),
  sandbox: true,
};

export const booking = (reference: string, items: unknown[] = [flightItem], more: Record<string, unknown> = {}) => ({
  id: `bk_${reference}`,
  reference,
  status: "ticketed",
  customerId: "cu_1",
  sessionKey: "s",
  items,
  total: { amount: "189.40", currency: "EUR" },
  balance: { amount: "0.00", currency: "EUR" },
  travellers: [
    { id: "1", name: "Ana Silva" },
    { id: "2", name: "Rui Costa" },
  ],
  createdAt: "2027-01-13T09:00:00Z",
  updatedAt: "2027-01-13T09:00:00Z",
  version: 1,
  ...more,
});
