import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  "models/anthropic": "src/models/anthropic.ts",
  "models/openai": "src/models/openai.ts",
  "models/gemini": "src/models/gemini.ts",
  "models/keys": "src/models/keys.ts",
  "models/concierge": "src/models/concierge/index.ts",
  gate: "src/gate/index.ts",
  context: "src/context/index.ts",
  skills: "src/skills/index.ts",
  "sub-agents": "src/sub-agents/index.ts",
  watch: "src/watch/index.ts",
  testing: "src/testing/index.ts",
});
