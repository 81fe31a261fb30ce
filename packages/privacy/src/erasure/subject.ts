import { type DataSubject, namingOnlyThem, ofAgency, type PersonalDataStore, plainContact } from "@travelagent/protocol/personal-data";
import { isTelling } from "../residue/written-forms.ts";

const nobody: DataSubject = { customerIds: [], sessionKeys: [], bookingIds: [], identities: [], identifiers: [] };

const union = (one: readonly string[], more: readonly string[] = []): string[] => [...new Set([...one, ...more.filter((text) => text !== "")])];

/** The same peer at another agency is another person's. */
export const identityKey = ({ channel, peerId, agency }: DataSubject["identities"][number]): string =>
  [channel, peerId, ...Object.values(ofAgency(agency))].join("\n");

function together(known: DataSubject, more: Partial<DataSubject>): DataSubject {
  const identities = new Map([...known.identities, ...(more.identities ?? [])].map((identity) => [identityKey(identity), identity]));
  const shared = union(known.shared ?? [], more.shared);
  return {
    customerIds: union(known.customerIds, more.customerIds),
    sessionKeys: union(known.sessionKeys, more.sessionKeys),
    bookingIds: union(known.bookingIds, more.bookingIds),
    identities: [...identities.values()],
    identifiers: union(known.identifiers, more.identifiers),
    ...(shared.length > 0 ? { shared } : {}),
  };
}

const sizeOf = ({ customerIds, sessionKeys, bookingIds, identities, identifiers, shared = [] }: DataSubject): number =>
  customerIds.length + sessionKeys.length + bookingIds.length + identities.length + identifiers.length + shared.length;

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

/**
 * What is looked for in files: ids, keys of conversations, and what names the person, and nobody of another agency, in plain text. Ids
 * of bookings name nobody.
 */
export const searchedFor = ({ customerIds, sessionKeys, identities, identifiers, shared = [] }: DataSubject): string[] =>
  union([
    ...customerIds,
    ...sessionKeys.filter((key) => !key.endsWith(":main")),
    ...namingOnlyThem([...identities.map(({ peerId }) => peerId), ...identifiers].filter(isTelling), { shared }),
  ]);

/** The agency's own address or number stands in bookings too, where it names nobody. */
export function withoutOurs(subject: DataSubject, ours: readonly string[]): DataSubject {
  const own = new Set(ours.map(plainContact));
  return { ...subject, identifiers: subject.identifiers.filter((text) => !own.has(plainContact(text))) };
}
