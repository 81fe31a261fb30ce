import type { Handlers } from "@travelagent/protocol";
import type { Crm } from "@travelagent/tools-crm";
import { crmSources, type TimelineSource, timelineHandlers } from "@travelagent/tools-crm/timeline";
import type { CustomersOptions } from "./open-customers.ts";

const pageSize = 100;

/** Bookings of a customer, when they were made. */
const bookingSource = ({ bookings }: Pick<CustomersOptions, "bookings">): TimelineSource => ({
  name: "bookings",
  async entries(customerId, { until, limit }) {
    const found: Awaited<ReturnType<TimelineSource["entries"]>> = [];
    let cursor: string | undefined;
    do {
      const page = await bookings().list({ customerId, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
      for (const { id, reference, status, items, createdAt } of page.bookings) {
        const at = Date.parse(createdAt);
        const what = items.map(({ summary }) => summary).join("; ");
        if (at <= until) found.push({ at, kind: "booking", id, text: `${reference}, ${status}${what ? `: ${what}` : ""}`, data: { reference, status } });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined && found.length < limit);
    return found.slice(0, limit);
  },
});

/** Conversations of a customer, when they were begun. */
const conversationSource = ({ sessions }: Pick<CustomersOptions, "sessions">): TimelineSource => ({
  name: "conversations",
  async entries(customerId, { until, limit }) {
    const found: Awaited<ReturnType<TimelineSource["entries"]>> = [];
    let cursor: string | undefined;
    do {
      const page = await sessions.list({ customerId, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key, channel, createdAt, updatedAt } of page.sessions)
        if (createdAt <= until)
          found.push({
            at: createdAt,
            kind: "conversation",
            id: key,
            text: `conversation${channel === undefined ? "" : ` on ${channel}`} began`,
            data: { sessionKey: key, lastAt: new Date(updatedAt).toISOString() },
          });
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    // Listed by when they were last used: only all of them are in order.
    return found.sort((a, b) => b.at - a.at).slice(0, limit);
  },
});

/** `customers.timeline`: what every part of the system knows of a customer, in order. */
export const openTimeline = ({ crm, bookings, sessions }: Pick<CustomersOptions, "bookings" | "sessions"> & { crm: Crm }): Handlers =>
  timelineHandlers({ crm, sources: [...crmSources(crm), bookingSource({ bookings }), conversationSource({ sessions })] });
