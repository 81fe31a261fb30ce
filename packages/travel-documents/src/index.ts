export { type TripCalendar, type TripEvent, tripCalendar } from "./calendar.ts";
export type { Agency, Invoice, InvoiceLine, Itinerary, ItineraryItem } from "./document.ts";
export { invoicePdf } from "./invoice-pdf.ts";
export { itineraryPdf } from "./itinerary-pdf.ts";
export { sayMoney } from "./wording.ts";
