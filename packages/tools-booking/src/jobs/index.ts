export { summaryOf } from "../wording.ts";
export { createRepricing, type Move, type PriceNow, type Repricing, searchFor } from "./repricing.ts";
export { type TripFacts, type TripFactsOptions, type TripItemFacts, tripOf } from "./trip-of.ts";
