import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Crm } from "../crm.ts";
import { type TimelineSource, timelineOf } from "./timeline.ts";

/** What happened to a customer, on the wire. */
export const timelineHandlers = ({ crm, sources }: { crm: Pick<Crm, "get">; sources: readonly TimelineSource[] }): Handlers => ({
  "customers.timeline": async ({ id, limit, cursor }) => {
    if (!(await crm.get(id))) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    const { entries, ...next } = await timelineOf(sources, id, {
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return {
      entries: entries.map(({ at, kind, id: entry, text, data }) => ({ at: new Date(at).toISOString(), kind, id: entry, text, ...(data ? { data } : {}) })),
      ...next,
    };
  },
});
