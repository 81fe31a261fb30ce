import { createHmac } from "node:crypto";
import type { World } from "../kit/index.ts";
import type { Webhooks } from "../webhooks.ts";
import type { EventObject, StripeBooks } from "./books.ts";

/** Tells the client's webhook that something happened to `object`. */
export type Announce = (type: string, object: unknown) => Promise<void>;

export const apiVersion = "2026-10-28.endive";

/** Events as Stripe delivers them: a snapshot of the object, signed anew at each delivery, with every secret of a rotation. */
export function announcing(world: World, books: StripeBooks, webhooks: Webhooks, secrets: readonly string[]): Announce {
  return async (type, object) => {
    const event: EventObject = {
      id: books.newId("evt_"),
      object: "event",
      api_version: apiVersion,
      created: books.now(),
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    };
    await books.events.put(event.id, event);
    if (secrets.length === 0) return;
    webhooks.post(() => {
      const body = JSON.stringify(event, null, 2);
      const stamp = Math.floor(world.clock.now() / 1000);
      const signatures = secrets.map((secret) => `v1=${createHmac("sha256", secret).update(`${stamp}.${body}`).digest("hex")}`);
      return {
        headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": [`t=${stamp}`, ...signatures, `v0=${"0".repeat(64)}`].join(",") },
        body,
      };
    });
  };
}
