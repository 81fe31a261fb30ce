import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  web: "src/web/index.ts",
  testing: "src/testing/index.ts",
});
