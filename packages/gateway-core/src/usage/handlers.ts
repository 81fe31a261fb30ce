import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { type UsageLedger, utcDay } from "./ledger.ts";

const dayMs = 86_400_000;
const defaultDays = 30;
const maxDays = 366;

/** What models used, on the wire. */
export function usageHandlers(ledger: UsageLedger, { clock = systemClock }: { clock?: Clock } = {}): Handlers {
  return {
    "usage.status": async () => {
      const today = utcDay(clock.now());
      const { totals } = await ledger.report({ from: today, to: today });
      return { updatedAt: clock.now(), providers: [], today: totals };
    },

    "usage.cost": async ({ days, startDate, endDate, agentId } = {}) => {
      const to = endDate ?? utcDay(clock.now());
      const from = startDate ?? utcDay(dayOf(to) - ((days ?? defaultDays) - 1) * dayMs);
      const length = (dayOf(to) - dayOf(from)) / dayMs + 1;
      if (length < 1 || length > maxDays) throw new TravelAgentError("INVALID_REQUEST", `from ${from} to ${to} is no range of 1 to ${maxDays} days`);
      const report = await ledger.report({ from, to, ...(agentId === undefined ? {} : { agentId: agentId.toLowerCase() }) });
      return { updatedAt: clock.now(), days: length, startDate: from, endDate: to, ...report };
    },
  };
}

function dayOf(day: string): number {
  const at = Date.parse(day);
  if (Number.isNaN(at) || utcDay(at) !== day) throw new TravelAgentError("INVALID_REQUEST", `${day} is no day`);
  return at;
}
