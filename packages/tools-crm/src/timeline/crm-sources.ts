import type { Crm } from "../crm.ts";
import type { RecordEvent } from "./record-events.ts";
import type { TimelineEntry, TimelineSource } from "./timeline.ts";

/** Pages of a list that is newest first, from `until` on. */
async function until<T extends { createdAt: string }>(
  page: (cursor?: string) => Promise<{ items: T[]; nextCursor?: string | undefined }>,
  { until: latest, limit }: { until: number; limit: number },
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await page(cursor);
    found.push(...items.filter(({ createdAt }) => Date.parse(createdAt) <= latest));
    cursor = nextCursor;
  } while (cursor !== undefined && found.length < limit);
  return found.slice(0, limit);
}

const said: Record<RecordEvent["kind"], (data: Readonly<Record<string, string>>) => string> = {
  identity: ({ change, channel, peerId }) => `${change} identity ${channel}:${peerId}`,
  lifecycle: ({ from, to }) => `${from} → ${to}`,
  merge: ({ what, id, name }) => `${what} ${name} (${id})`,
  link: ({ what }) => what ?? "",
};

/** Notes, leads and what happened to the record itself. */
export const crmSources = (crm: Pick<Crm, "notes" | "leads" | "events">): TimelineSource[] => [
  {
    name: "notes",
    entries: async (customerId, page) =>
      (
        await until(async (cursor) => {
          const { notes: items, nextCursor } = await crm.notes({ customerId }, { limit: 200, ...(cursor === undefined ? {} : { cursor }) });
          return { items, nextCursor };
        }, page)
      ).map((note): TimelineEntry => ({ at: Date.parse(note.createdAt), kind: "note", id: note.id, text: note.text, data: { author: note.author } })),
  },
  {
    name: "leads",
    entries: async (customerId, page) =>
      (
        await until(async (cursor) => {
          const { leads: items, nextCursor } = await crm.leads({ customerId, limit: 200, ...(cursor === undefined ? {} : { cursor }) });
          return { items, nextCursor };
        }, page)
      ).map(
        (lead): TimelineEntry => ({
          at: Date.parse(lead.createdAt),
          kind: "lead",
          id: lead.id,
          text: lead.summary,
          data: { stage: lead.stage, source: lead.source },
        }),
      ),
  },
  {
    name: "record",
    entries: async (customerId, page) =>
      ((await crm.events?.of(customerId, page)) ?? []).map(({ id, kind, at, data, actor }) => ({
        at,
        kind,
        id,
        text: said[kind](data),
        data: { ...data, actor },
      })),
  },
];
