import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  sales: "src/sales/index.ts",
  providers: "src/providers/index.ts",
  "providers/rest": "src/providers/rest/index.ts",
  "providers/hubspot": "src/providers/hubspot/index.ts",
  "providers/salesforce": "src/providers/salesforce/index.ts",
  simulators: "src/simulators/index.ts",
  sync: "src/sync/index.ts",
  lifecycle: "src/lifecycle/index.ts",
  linking: "src/linking/index.ts",
  timeline: "src/timeline/index.ts",
  testing: "src/testing/index.ts",
});
