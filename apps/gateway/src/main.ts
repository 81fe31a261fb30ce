import * as nodeModule from "node:module";

if (nodeModule.enableCompileCache === undefined || !process.getBuiltinModule?.("node:sqlite")) {
  process.stderr.write(`the gateway needs Node 24 (it runs from 22.18 on), and this is ${process.version}; npm start brings the right one\n`);
  process.exit(1);
}
nodeModule.enableCompileCache();
const { runGateway } = await import("./run-gateway.ts");
process.exitCode = await runGateway(process.argv.slice(2), process.env);
// Whatever a library may still hold open, the gateway has stopped and everything it promised is on disk.
process.exit();
