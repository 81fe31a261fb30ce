import { library } from "../../scripts/tsup-library.ts";

export default library({ index: "src/index.ts", folder: "src/folder/index.ts", host: "src/host/index.ts", testing: "src/testing/index.ts" });
