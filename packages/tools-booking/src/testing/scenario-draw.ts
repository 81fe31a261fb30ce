import type { Scenario } from "../simulators/kit/index.ts";
import type { Random } from "./random.ts";

/** What the simulators' server does to any request, whatever it is about. The reply of most of the first is lost after all was done. */
const lostReplies: readonly Scenario[] = [
  "timeout_after_commit",
  "timeout_after_commit",
  "server_error_after_commit",
  "malformed_json",
  "wrong_content_type",
  "slow",
];
const onLine: readonly Scenario[] = [...lostReplies, "connection_reset", "rate_limited", "auth_expired", "server_error"];
const onReads: readonly Scenario[] = [
  "connection_reset",
  "rate_limited",
  "auth_expired",
  "server_error",
  "malformed_json",
  "wrong_content_type",
  "slow",
  "error_in_200",
];

/** What dialects themselves do with a request, each on the routes that have such a thing. */
export const inBusiness: readonly Scenario[] = [
  "error_in_200",
  "partial",
  "price_changed",
  "sold_out",
  "card_declined",
  "pending_then_webhook",
  "duplicate",
  "3ds_required",
];

/** What only some requests can meet, and none often: those that buy, issue or take money. */
const onPurchases: readonly (readonly [path: RegExp, scenarios: readonly Scenario[]])[] = [
  [/^\/v3\/itineraries\b/, ["pending_then_webhook", "3ds_required"]],
  [/\/orders\/create$/, ["pending_then_webhook", "duplicate"]],
  [/\/air\/orders$/, ["pending_then_webhook", "duplicate"]],
  [/\/fulfillFlightTickets$/, ["pending_then_webhook", "partial"]],
  [/\/hotel-orders$/, ["pending_then_webhook"]],
  [/\/capture$/, ["pending_then_webhook"]],
  [/\/authorize$/, ["3ds_required", "card_declined"]],
];

/** What meets the customer on the provider's page. */
const onPage: readonly Scenario[] = ["card_declined", "3ds_required", "3ds_required"];

/** What suppliers do by themselves, without any request. */
export const byThemselves: readonly Scenario[] = ["schedule_change"];

/** Every scenario that random runs meet. */
export const drawn: ReadonlySet<Scenario> = new Set([...onLine, ...onReads, ...inBusiness, ...onPage, ...byThemselves]);

export const isReplyLost = (scenario: Scenario): boolean => lostReplies.includes(scenario);

export const drawForRead = (random: Random): Scenario => random.pick(onReads);
export const drawForWrite = (random: Random): Scenario => random.pick(random.chance(0.6) ? onLine : inBusiness);
/** For a write to this path, now and then: what few requests can meet. Undefined for most. */
export function drawForPurchase(random: Random, path: string): Scenario | undefined {
  const scenarios = onPurchases.find(([pattern]) => pattern.test(path))?.[1];
  return scenarios && random.chance(0.08) ? random.pick(scenarios) : undefined;
}
export const drawForPage = (random: Random): Scenario => random.pick(onPage);
