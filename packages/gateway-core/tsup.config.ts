import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  node: "src/node.ts",
  legacy: "src/legacy/index.ts",
  nodes: "src/nodes/index.ts",
  openai: "src/openai/index.ts",
  webhook: "src/http/webhook/index.ts",
  testing: "src/testing/index.ts",
});
