export { type RunningServer, type ServeOptions, serve } from "./node/serve.ts";
export { type StartedGateway, type StartOptions, startGateway } from "./node/start-gateway.ts";
