import { createHmac } from "node:crypto";
import type { World } from "../kit/index.ts";
import type { Webhooks } from "../webhooks.ts";
import { idMaker } from "./books.ts";

export type Announce = (type: string, idempotencyKey: string, object: Record<string, unknown>) => void;

/** Events as Duffel sends them, signed anew for every delivery. Without a secret nothing is sent. */
export function announcing(world: World, webhooks: Webhooks, secret: string | undefined): Announce {
  const newId = idMaker(world);
  return (type, idempotency_key, object) => {
    if (secret === undefined) return;
    const body = JSON.stringify({
      id: newId("wev"),
      api_version: "v2",
      type,
      live_mode: false,
      idempotency_key,
      created_at: new Date(world.clock.now()).toISOString(),
      identity_organisation_id: "org_0000simulator",
      data: { object },
    });
    webhooks.post(() => {
      const t = Math.floor(world.clock.now() / 1000);
      const v1 = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
      return { headers: { "content-type": "application/json", "x-duffel-signature": `t=${t},v1=${v1}` }, body };
    });
  };
}
