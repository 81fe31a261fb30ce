import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  "suppliers/sandbox": "src/suppliers/sandbox/index.ts",
  "suppliers/http": "src/suppliers/http/index.ts",
  simulators: "src/simulators/index.ts",
  geography: "src/geography/index.ts",
  testing: "src/testing/index.ts",
});
