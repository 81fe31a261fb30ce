import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  "models/anthropic": "src/models/anthropic.ts",
  "models/openai": "src/models/openai.ts",
  "models/concierge": "src/models/concierge/index.ts",
  gate: "src/gate/index.ts",
  skills: "src/skills/index.ts",
  watch: "src/watch/index.ts",
  testing: "src/testing/index.ts",
});
