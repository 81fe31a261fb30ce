import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  charts: "src/charts.ts",
  testing: "src/testing/index.ts",
});
