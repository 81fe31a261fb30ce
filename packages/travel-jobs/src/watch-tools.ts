import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import { mainUnits, sayMoney } from "./amounts.ts";
import type { Watch, Watches } from "./watches.ts";

export interface WatchToolOptions {
  watches: Watches;
  /** The customer of a turn, when there is a record of them. */
  customerOf(turn: TurnScope): Promise<string | undefined>;
}

const place = z.string().regex(/^[A-Z]{3}$/, "a city or airport code of three capital letters, such as LIS");
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a day such as 2027-03-28");

const Args = z.strictObject({
  origin: place,
  destination: place,
  departureDate: day,
  returnDate: day.optional(),
  adults: z.int().min(1).max(9).default(1),
  below: z.number().positive().max(1_000_000).describe("tell when it costs this or less, for all travellers together"),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default("EUR"),
});

const shown = ({ id, flight, below, state }: Watch) => ({ id, ...flight, below: sayMoney(below), state });

/** What an amount looks like in a currency; the sandbox and airlines price in these. */
export function belowOf(amount: number, currency: string): { amount: string; currency: string } {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const like = { amount: digits === 0 ? "0" : `0.${"0".repeat(digits)}`, currency };
  const units = mainUnits(amount, like)
    .toString()
    .padStart(digits + 1, "0");
  return { amount: digits === 0 ? units : `${units.slice(0, -digits)}.${units.slice(-digits)}`, currency };
}

const ownOf = async ({ watches, customerOf }: WatchToolOptions, turn: TurnScope): Promise<Watch[]> => {
  const customerId = await customerOf(turn);
  return watches.list({ sessionKey: turn.sessionKey, ...(customerId === undefined ? {} : { customerId }), open: true });
};

/** `watch_price`, `list_price_watches`, `stop_price_watch`: always about the turn's own conversation and customer. */
export const watchTools = (options: WatchToolOptions): readonly Tool[] => [
  defineTool({
    name: "watch_price",
    description:
      "Watches the price of a flight for this customer and writes to them once when it costs the named amount or less. Books nothing. Needs days and places; ask for what is missing.",
    group: "booking",
    args: Args,
    effect: "write",
    writes: "conversation",
    async execute({ below, currency, returnDate, ...flight }, { turn, idempotencyKey }) {
      const customerId = await options.customerOf(turn);
      const watch = await options.watches.add(
        {
          sessionKey: turn.sessionKey,
          ...(customerId === undefined ? {} : { customerId }),
          flight: { ...flight, ...(returnDate === undefined ? {} : { returnDate }), currency },
          below: belowOf(below, currency),
        },
        { idempotencyKey },
      );
      return { content: { status: "watching", watch: shown(watch) } };
    },
  }),
  defineTool({
    name: "list_price_watches",
    description: "The flights whose price is watched for this customer.",
    group: "booking",
    args: z.strictObject({}),
    effect: "read",
    execute: async (_args, { turn }) => ({ content: { watches: (await ownOf(options, turn)).map(shown) } }),
  }),
  defineTool({
    name: "stop_price_watch",
    description: "Stops watching a price for this customer. The id is from list_price_watches.",
    group: "booking",
    args: z.strictObject({ id: z.string().min(1).max(100) }),
    effect: "write",
    writes: "conversation",
    async execute({ id }, { turn }) {
      const own = (await ownOf(options, turn)).some((watch) => watch.id === id);
      const known = own ? null : await options.watches.get(id);
      // Of somebody else's nothing is said, not even that it is there.
      if (!own && (known === null || known.sessionKey !== turn.sessionKey))
        throw new TravelAgentError("NOT_FOUND", `this customer has no watch ${id}; ids are in list_price_watches`);
      return { content: { status: "stopped", watch: shown(await options.watches.end(id, "stopped")) } };
    },
  }),
];
