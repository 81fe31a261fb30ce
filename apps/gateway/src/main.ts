import { enableCompileCache } from "node:module";

enableCompileCache();
const { runGateway } = await import("./run-gateway.ts");
process.exitCode = await runGateway(process.argv.slice(2), process.env);
// Whatever a library may still hold open, the gateway has stopped and everything it promised is on disk.
process.exit();
