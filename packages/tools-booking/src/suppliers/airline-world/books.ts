import { isDeepStrictEqual } from "node:util";
import { TravelAgentError } from "@travelagent/protocol";
import { partsOf, pointerOf, setAt } from "./pointer.ts";
import type { FlightDocument, Kind, ReservationDocument, UserDocument, WorldData } from "./record.ts";

interface Documents {
  flights: FlightDocument;
  users: UserDocument;
  reservations: ReservationDocument;
}

/** A replacement at a JSON pointer; without a value what is there is taken away. */
export interface Patch {
  path: string;
  value?: unknown;
}

/** One place in which the world differs from how it began. `op` is absent where an empty field was filled in. */
export interface WorldChange {
  path: string;
  op?: "add" | "replace" | "remove";
  after?: unknown;
}

/** The world's documents. The data handed in is never written to: what changes is copied first. */
export interface Books {
  get<K extends Kind>(kind: K, id: string): Readonly<Documents[K]> | undefined;
  /** A document to write to. */
  edit<K extends Kind>(kind: K, id: string): Documents[K];
  add<K extends Kind>(kind: K, id: string, document: Documents[K]): void;
  flights(): Iterable<Readonly<FlightDocument>>;
  /** Back to the data handed in, with these replacements; changes count from here. */
  restart(patches?: readonly Patch[]): void;
  changes(): WorldChange[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function compare(before: unknown, after: unknown, parts: readonly string[], found: WorldChange[]): void {
  if (isDeepStrictEqual(before, after)) return;
  const path = pointerOf(parts);
  if (after === undefined) found.push({ path, op: "remove" });
  else if (before === undefined) found.push({ path, op: "add", after });
  else if (before === null) found.push({ path, after });
  else if (isObject(before) && isObject(after))
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) compare(before[key], after[key], [...parts, key], found);
  else found.push({ path, op: "replace", after });
}

const kinds: readonly Kind[] = ["flights", "users", "reservations"];

/** A booking that says nothing about its status has none. */
const whole = (kind: Kind, document: unknown): unknown => (kind === "reservations" && isObject(document) ? { status: null, ...document } : document);

export function createBooks(data: WorldData): Books {
  /** As it was when changes began to count, where that differs from the data. */
  let patched = new Map<string, unknown>();
  let touched = new Map<string, unknown>();
  const keyOf = (kind: Kind, id: string) => `${kind}/${id}`;
  const own = (kind: Kind, id: string): unknown => (Object.hasOwn(data[kind], id) ? data[kind][id] : undefined);
  const begun = (kind: Kind, id: string): unknown => (patched.has(keyOf(kind, id)) ? patched.get(keyOf(kind, id)) : own(kind, id));
  const current = (kind: Kind, id: string): unknown => (touched.has(keyOf(kind, id)) ? touched.get(keyOf(kind, id)) : begun(kind, id));

  const copy = <K extends Kind>(kind: K, id: string): Documents[K] => {
    const document = current(kind, id);
    if (document === undefined) throw new TravelAgentError("NOT_FOUND", `there is no ${kind.slice(0, -1)} ${id}`);
    if (touched.has(keyOf(kind, id))) return document as Documents[K];
    const copied = structuredClone(document) as Documents[K];
    touched.set(keyOf(kind, id), copied);
    return copied;
  };

  function apply({ path, value }: Patch): void {
    const [kind, id, ...rest] = partsOf(path);
    if (!kinds.includes(kind as Kind) || id === undefined)
      throw new TravelAgentError("INVALID_REQUEST", `a replacement is made in /flights, /users or /reservations, and ${path} is elsewhere`);
    if (rest.length === 0) touched.set(keyOf(kind as Kind, id), structuredClone(value));
    else setAt(copy(kind as Kind, id), rest, structuredClone(value));
  }

  return {
    get: <K extends Kind>(kind: K, id: string) => current(kind, id) as Documents[K] | undefined,
    edit: copy,
    add: (kind, id, document) => void touched.set(keyOf(kind, id), document),
    *flights() {
      for (const id of Object.keys(data.flights)) {
        const flight = current("flights", id) as FlightDocument | undefined;
        if (flight) yield flight;
      }
    },
    restart(patches = []) {
      patched = new Map();
      touched = new Map();
      for (const patch of patches) apply(patch);
      patched = touched;
      touched = new Map();
    },
    changes() {
      const found: WorldChange[] = [];
      for (const [key, document] of touched) {
        const [kind, id] = [key.slice(0, key.indexOf("/")) as Kind, key.slice(key.indexOf("/") + 1)];
        compare(whole(kind, begun(kind, id)), whole(kind, document), [kind, id], found);
      }
      return found;
    },
  };
}
