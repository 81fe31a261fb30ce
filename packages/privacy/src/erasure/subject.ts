import type { DataSubject, PersonalDataStore } from "@travelagent/protocol/personal-data";
import { isTelling } from "../residue/written-forms.ts";

const nobody: DataSubject = { customerIds: [], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] };

const union = (one: readonly string[], more: readonly string[] = []): string[] => [...new Set([...one, ...more.filter((text) => text !== "")])];

function together(known: DataSubject, more: Partial<DataSubject>): DataSubject {
  const identities = new Map([...known.identities, ...(more.identities ?? [])].map((identity) => [`${identity.channel}\n${identity.peerId}`, identity]));
  return {
    customerIds: union(known.customerIds, more.customerIds),
    sessionKeys: union(known.sessionKeys, more.sessionKeys),
    bookingIds: union(known.bookingIds, more.bookingIds),
    identities: [...identities.values()],
    identifiers: union(known.identifiers, more.identifiers),
  };
}

const sizeOf = ({ customerIds, sessionKeys, bookingIds, identities, identifiers }: DataSubject): number =>
  customerIds.length + sessionKeys.length + bookingIds.length + identities.length + identifiers.length;

/** Asks every store who the person is, again and again, until none knows more. */
export async function discoverSubject(stores: readonly PersonalDataStore[], from: Partial<DataSubject>, signal: AbortSignal): Promise<DataSubject> {
  let known = together(nobody, from);
  for (;;) {
    const before = sizeOf(known);
    for (const store of stores) {
      signal.throwIfAborted();
      if (store.discover) known = together(known, await store.discover(known));
    }
    if (sizeOf(known) === before) return known;
  }
}

/** What is looked for in files: ids, keys of conversations, and what names the person in plain text. Ids of bookings name nobody. */
export const searchedFor = ({ customerIds, sessionKeys, identities, identifiers }: DataSubject): string[] =>
  union([
    ...customerIds,
    ...sessionKeys.filter((key) => !key.endsWith(":main")),
    ...[...identities.map(({ peerId }) => peerId), ...identifiers].filter(isTelling),
  ]);
