import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  exec: "src/exec.ts",
  media: "src/media.ts",
  messages: "src/messages.ts",
  "personal-data": "src/personal-data.ts",
  ports: "src/ports.ts",
  sensitive: "src/sensitive.ts",
  turn: "src/turn.ts",
  testing: "src/testing/index.ts",
});
