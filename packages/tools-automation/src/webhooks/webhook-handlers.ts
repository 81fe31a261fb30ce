import type { Handlers } from "@travelagent/protocol";
import type { Webhooks } from "./webhooks.ts";

/** Webhooks on the wire, for people of the agency. */
export const webhookHandlers = (webhooks: Webhooks): Handlers => ({
  "webhooks.list": async () => ({ webhooks: (await webhooks.list()).map((one) => ({ ...one })) }),
  "webhooks.add": async ({ url, events, description }, { actor }) => {
    const { subscription, secret } = await webhooks.add({ url, events, by: actor, ...(description === undefined ? {} : { description }) });
    return { webhook: { ...subscription }, secret };
  },
  "webhooks.remove": async ({ id }) => {
    await webhooks.remove(id);
    return { ok: true };
  },
  "webhooks.rotate": async ({ id }) => ({ id, ...(await webhooks.rotate(id)) }),
  "webhooks.deliveries": async (params) => {
    const { status, webhookId, limit } = params ?? {};
    const found = await webhooks.deliveries({
      ...(status === undefined ? {} : { status }),
      ...(webhookId === undefined ? {} : { subscriptionId: webhookId }),
      ...(limit === undefined ? {} : { limit }),
    });
    return { deliveries: found.map(({ subscriptionId, ...one }) => ({ ...one, webhookId: subscriptionId })) };
  },
  "webhooks.redrive": async ({ id, webhookId }) => ({ count: await webhooks.redrive(id === undefined ? { subscriptionId: webhookId! } : { id }) }),
});
