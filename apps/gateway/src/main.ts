import * as nodeModule from "node:module";
import { holdYoungMemory } from "./observing/young-memory.ts";

if (nodeModule.enableCompileCache === undefined || !process.getBuiltinModule?.("node:sqlite")) {
  process.stderr.write(`the gateway needs Node 24 (it runs from 22.18 on), and this is ${process.version}; npm start brings the right one\n`);
  process.exit(1);
}
// Whoever reads our output may go away, as with `npm start | head`: the gateway goes on, and its log is in a file.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
nodeModule.enableCompileCache();
holdYoungMemory();
const { runGateway } = await import("./run-gateway.ts");
process.exitCode = await runGateway(process.argv.slice(2), process.env);
// Whatever a library may still hold open, the gateway has stopped and everything it promised is on disk.
process.exit();
