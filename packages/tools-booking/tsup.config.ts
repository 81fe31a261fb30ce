import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  "suppliers/sandbox": "src/suppliers/sandbox/index.ts",
  "suppliers/amadeus": "src/suppliers/amadeus/index.ts",
  "suppliers/airline-world": "src/suppliers/airline-world/index.ts",
  "suppliers/avis": "src/suppliers/avis/index.ts",
  "suppliers/booking": "src/suppliers/booking/index.ts",
  "suppliers/expedia": "src/suppliers/expedia/index.ts",
  "suppliers/duffel": "src/suppliers/duffel/index.ts",
  "suppliers/sabre": "src/suppliers/sabre/index.ts",
  "suppliers/travelport": "src/suppliers/travelport/index.ts",
  "suppliers/hertz": "src/suppliers/hertz/index.ts",
  "suppliers/http": "src/suppliers/http/index.ts",
  "payments/paypal": "src/payments/paypal/index.ts",
  "payments/stripe": "src/payments/stripe/index.ts",
  simulators: "src/simulators/index.ts",
  papers: "src/papers/index.ts",
  rules: "src/rules/index.ts",
  news: "src/news/index.ts",
  geography: "src/geography/index.ts",
  testing: "src/testing/index.ts",
});
