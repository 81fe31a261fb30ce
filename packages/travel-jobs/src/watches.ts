import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row } from "@travelagent/protocol/ports";
import type { WatchedFlight } from "./services.ts";
import { dayIn } from "./zoned.ts";

/** Somebody wants to hear when a flight costs less. */
export interface Watch {
  id: string;
  customerId?: string;
  sessionKey: string;
  flight: WatchedFlight;
  /** Told when it costs this or less, for everybody together. */
  below: Money;
  /** `told` once it was reached. */
  state: "open" | "told" | "stopped" | "over";
  createdAt: number;
}

/** The watches of customers. */
export interface Watches {
  /** The same key gives the same watch. Raises `INVALID_REQUEST` for a day that is over, `CONFLICT` for more than ten open ones of a conversation. */
  add(watch: { sessionKey: string; customerId?: string; flight: WatchedFlight; below: Money }, options: { idempotencyKey: string }): Promise<Watch>;
  /** Newest first. */
  list(filter: { sessionKey?: string; customerId?: string; open?: boolean; limit?: number }): Promise<Watch[]>;
  get(id: string): Promise<Watch | null>;
  /** Raises `NOT_FOUND`; of one that is ended already it gives what it is. */
  end(id: string, state: "told" | "stopped" | "over"): Promise<Watch>;
  /** Those that ended before. */
  forget(before: number): Promise<number>;
}

const mostOpen = 10;

const read = (row: Row): Watch => ({
  id: row.id as string,
  ...(row.customer_id === null ? {} : { customerId: row.customer_id as string }),
  sessionKey: row.session_key as string,
  flight: JSON.parse(row.flight as string) as WatchedFlight,
  below: JSON.parse(row.below as string) as Money,
  state: row.state as Watch["state"],
  createdAt: Number(row.created_at),
});

export function createWatches({
  db,
  clock,
  newId = () => `wtc_${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`,
}: {
  db: Database;
  clock: Clock;
  newId?: () => string;
}): Watches {
  const get = async (id: string): Promise<Watch | null> => {
    const row = await db.get("select * from travel_watch where id = ?", id);
    return row ? read(row) : null;
  };
  return {
    get,

    async add({ sessionKey, customerId, flight, below }, { idempotencyKey }) {
      const known = await db.get("select * from travel_watch where source = ?", idempotencyKey);
      if (known) return read(known);
      const now = clock.now();
      if (flight.departureDate < dayIn(now, "UTC")) throw new TravelAgentError("INVALID_REQUEST", `${flight.departureDate} is over; name a day to come`);
      if (flight.returnDate !== undefined && flight.returnDate < flight.departureDate)
        throw new TravelAgentError("INVALID_REQUEST", "the way back is before the way there; check both days");
      if (below.currency !== flight.currency) throw new TravelAgentError("INVALID_REQUEST", "the price and the search must be in one currency");
      return db.transaction(async (tx) => {
        const open = await tx.get("select count(*) as open from travel_watch where session_key = ? and state = 'open'", sessionKey);
        if (Number(open?.open ?? 0) >= mostOpen)
          throw new TravelAgentError("CONFLICT", `${mostOpen} flights are watched for this conversation already; stop one of them first`);
        await tx.run(
          "insert into travel_watch (id, customer_id, session_key, flight, below, state, source, created_at) values (?, ?, ?, ?, ?, 'open', ?, ?) on conflict (source) do nothing",
          newId(),
          customerId ?? null,
          sessionKey,
          JSON.stringify(flight),
          JSON.stringify(below),
          idempotencyKey,
          now,
        );
        return read((await tx.get("select * from travel_watch where source = ?", idempotencyKey))!);
      });
    },

    async list({ sessionKey, customerId, open, limit = 100 }) {
      const conditions = ["1 = 1"];
      const params: (string | number)[] = [];
      if (sessionKey !== undefined && customerId !== undefined) {
        conditions.push("(session_key = ? or customer_id = ?)");
        params.push(sessionKey, customerId);
      } else if (sessionKey !== undefined) {
        conditions.push("session_key = ?");
        params.push(sessionKey);
      } else if (customerId !== undefined) {
        conditions.push("customer_id = ?");
        params.push(customerId);
      }
      if (open) conditions.push("state = 'open'");
      const rows = await db.all(`select * from travel_watch where ${conditions.join(" and ")} order by created_at desc, id limit ?`, ...params, limit);
      return rows.map(read);
    },

    async end(id, state) {
      const watch = await get(id);
      if (!watch) throw new TravelAgentError("NOT_FOUND", `there is no watch ${id}`);
      if (watch.state !== "open") return watch;
      await db.transaction((tx) => tx.run("update travel_watch set state = ?, ended_at = ? where id = ? and state = 'open'", state, clock.now(), id));
      return (await get(id))!;
    },

    forget: (before) => db.transaction(async (tx) => (await tx.run("delete from travel_watch where state <> 'open' and ended_at < ?", before)).changes),
  };
}
