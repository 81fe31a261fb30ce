import type { Clock } from "@travelagent/protocol/ports";

/** A contact as the outside world has it. */
export interface BookContact {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change of anything in the book. */
  readonly sequence: number;
  readonly removed: boolean;
}

/** Who wrote what, in order: what a test asks whether something was lost or done twice. */
export interface BookEntry {
  id: string;
  by: "api" | "person";
  what: "created" | "changed" | "removed";
  properties: Readonly<Record<string, string>>;
  before: Readonly<Record<string, string>>;
  at: number;
}

export interface Book {
  readonly entries: readonly BookEntry[];
  all(): readonly BookContact[];
  get(id: string): BookContact | undefined;
  findBy(property: string, value: string): BookContact | undefined;
  create(properties: Record<string, string>, by: BookEntry["by"]): BookContact;
  /** Raises for an id that is not there. A change that changes nothing leaves everything as it was. */
  change(id: string, properties: Record<string, string>, by: BookEntry["by"]): BookContact;
  remove(id: string, by: BookEntry["by"]): void;
}

export interface BookOptions {
  clock: Clock;
  newId(count: number): string;
  /** To what part of a second the vendor's times are told, in milliseconds. */
  grainMs: number;
}

/** The contacts of one account. Times never repeat within a contact, as long as the vendor's grain allows it. */
export function createBook({ clock, newId, grainMs }: BookOptions): Book {
  const contacts = new Map<string, BookContact>();
  const entries: BookEntry[] = [];
  let sequence = 0;
  const now = () => Math.floor(clock.now() / grainMs) * grainMs;
  const put = (contact: BookContact): BookContact => {
    contacts.set(contact.id, contact);
    return contact;
  };
  const need = (id: string): BookContact => {
    const found = contacts.get(id);
    if (!found || found.removed) throw new Error(`there is no contact ${id}`);
    return found;
  };
  const filled = (properties: Record<string, string>) => Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ""));
  const later = (before: number) => (grainMs === 1 ? Math.max(now(), before + 1) : Math.max(now(), before));

  return {
    entries,
    all: () => [...contacts.values()],
    get: (id) => {
      const found = contacts.get(id);
      return found?.removed ? undefined : found;
    },
    findBy: (property, value) => [...contacts.values()].find((contact) => !contact.removed && contact.properties[property] === value),
    create(properties, by) {
      sequence += 1;
      const at = now();
      const id = newId(contacts.size + 1);
      entries.push({ id, by, what: "created", properties: filled(properties), before: {}, at: clock.now() });
      return put({ id, properties: filled(properties), createdAt: at, updatedAt: at, sequence, removed: false });
    },
    change(id, properties, by) {
      const before = need(id);
      const changed = Object.fromEntries(Object.entries(properties).filter(([name, value]) => (before.properties[name] ?? "") !== value));
      if (Object.keys(changed).length === 0) return before;
      sequence += 1;
      const old = Object.fromEntries(Object.keys(changed).map((name) => [name, before.properties[name] ?? ""]));
      entries.push({ id, by, what: "changed", properties: changed, before: old, at: clock.now() });
      return put({ ...before, properties: filled({ ...before.properties, ...changed }), updatedAt: later(before.updatedAt), sequence });
    },
    remove(id, by) {
      const before = need(id);
      sequence += 1;
      entries.push({ id, by, what: "removed", properties: {}, before: before.properties, at: clock.now() });
      put({ ...before, properties: {}, updatedAt: later(before.updatedAt), sequence, removed: true });
    },
  };
}
