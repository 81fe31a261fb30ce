// One line for each dialect, in the order of their names.
export {
  type Dialect,
  type LedgerEntry,
  openWorld,
  type Scenario,
  type Simulator,
  type SimulatorOptions,
  scenarios,
  startSimulator,
  type World,
  type WorldOptions,
} from "./kit/index.ts";
