export type { Answer, Dialect, LedgerEntry, RefusalKind, Route, SimulatedRequest } from "./dialect.ts";
export { type Scenario, scenarios } from "./scenario.ts";
export { paperHash } from "./seen-papers.ts";
export { type SeenRequest, type Simulator, type SimulatorOptions, startSimulator } from "./server.ts";
export { openWorld, type Shelf, type World, type WorldOptions } from "./world.ts";
