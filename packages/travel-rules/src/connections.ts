import type { Answer } from "./source.ts";

export interface Connection {
  /** Same country on all three airports: no border in between. */
  domestic: boolean;
  /** The two flights use different terminals; undefined when not known. */
  terminalChange?: boolean;
  /** Arrival and departure at different airports of one city. */
  airportChange?: boolean;
  /** Two tickets: bags are collected and checked in again, and a missed flight is the traveller's own loss. */
  separateTickets?: boolean;
}

export interface ConnectionAnswer extends Answer {
  minimumMinutes: number;
  enough: boolean;
  /** Where the minimum comes from: the supplier's own figure goes before the table. */
  by: "supplier" | "table";
}

/** Careful defaults in minutes. Airports publish their own, which are not free data. */
export const connectionDefaults = { domestic: 45, international: 75, terminalChange: 30, airportChange: 210, separateTickets: 90 };

/** Whether a connection is long enough. `supplierMinimum` is what the supplier says for this airport, in minutes. */
export function minimumConnection(
  minutes: number,
  { domestic, terminalChange, airportChange, separateTickets }: Connection,
  supplierMinimum?: number,
  table: typeof connectionDefaults = connectionDefaults,
): ConnectionAnswer {
  const base = airportChange ? table.airportChange : (domestic ? table.domestic : table.international) + (terminalChange ? table.terminalChange : 0);
  const minimumMinutes = (supplierMinimum ?? base) + (separateTickets ? table.separateTickets : 0);
  return {
    minimumMinutes,
    enough: minutes >= minimumMinutes,
    by: supplierMinimum === undefined ? "table" : "supplier",
    sources: [
      supplierMinimum === undefined
        ? { name: "this system's own careful defaults for minimum connections", asOf: "2026-11-21" }
        : { name: "minimum connection given by the supplier", asOf: "2026-11-21" },
    ],
    note: "Airports and airlines publish their own minimum connecting times; a connection sold on one ticket is theirs to keep.",
  };
}
