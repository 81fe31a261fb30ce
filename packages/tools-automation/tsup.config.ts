import { library } from "../../scripts/tsup-library.ts";

export default library({
  index: "src/index.ts",
  image: "src/image/index.ts",
  notifications: "src/notifications/index.ts",
  system: "src/system/index.ts",
  "system/testing": "src/system/testing/index.ts",
  web: "src/web/index.ts",
  webhooks: "src/webhooks/index.ts",
});
