import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  exec: "src/exec.ts",
  messages: "src/messages.ts",
  ports: "src/ports.ts",
  turn: "src/turn.ts",
  testing: "src/testing/index.ts",
});
