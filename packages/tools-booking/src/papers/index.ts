export { type Comparison, type ComparisonRow, compareOffers } from "./comparison.ts";
export { type Buyer, createInvoices, type Invoices, type IssuedInvoice } from "./invoices.ts";
export { createPaperLinks, type PaperKind, type PaperLink, type PaperLinks } from "./links.ts";
export { paperTools } from "./paper-tools.ts";
export { createProposals, type NewProposal, type Proposal, type Proposals } from "./proposals.ts";
export { type TripSheet, type TripSheetItem, tripSheet } from "./trip-sheet.ts";
