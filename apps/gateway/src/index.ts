export { runGateway } from "./run-gateway.ts";
