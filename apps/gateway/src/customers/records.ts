import type { Tool } from "@travelagent/agent-runtime";
import type { Handlers } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import { type AgencyOf, type Crm, customerHandlers, databaseCrm } from "@travelagent/tools-crm";
import { agenciesOf, withinAgencies } from "./agencies.ts";
import { type OpenedLinking, openLinks } from "./linking.ts";
import { mergingPorts } from "./merging.ts";
import type { CustomersOptions } from "./open-customers.ts";
import { quietLanes } from "./quiet-lanes.ts";
import { openStanding } from "./standing.ts";
import { openTimeline } from "./timeline.ts";

export interface OpenedRecords extends Pick<OpenedLinking, "around" | "vouch"> {
  crm: Crm;
  /** The brand an account of a channel belongs to. */
  agencyOf: AgencyOf;
  tools: readonly Tool[];
  handlers: Handlers;
  /** A booking of this customer is other than it was. */
  onBooking(booking: { customerId: string }): void;
  resume(): Promise<void>;
  close(): void;
}

/** The records of customers: merging, linking, timelines, and where each of them stands. `stores`: whoever else keeps something by customer. */
export async function openRecords(options: CustomersOptions, stores: () => readonly PersonalDataStore[]): Promise<OpenedRecords> {
  const { config, db, work, sessions, clock } = options;
  const agencyOf = agenciesOf(config());
  const quiet = quietLanes({ work, sessions, clock });
  const look = (customerId: string): void => void standing?.look(customerId);
  const crm = await databaseCrm({ db, clock, merging: mergingPorts({ quiet, stores, onMerged: (ids) => ids.forEach(look) }) });
  const standing = openStanding({ ...options, crm });
  const linking = await openLinks({ ...options, crm, agencyOf, quiet });
  return {
    crm,
    agencyOf,
    around: linking.around,
    vouch: linking.vouch,
    tools: linking.tools,
    handlers: { ...withinAgencies(customerHandlers(crm), config()), ...openTimeline({ ...options, crm }), ...linking.handlers },
    onBooking: ({ customerId }) => look(customerId),
    async resume() {
      await standing?.start();
      await linking.resume();
    },
    close() {
      standing?.stop();
      linking.close();
    },
  };
}
