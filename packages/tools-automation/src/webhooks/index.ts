export { createHappenings, type Happening } from "./happenings.ts";
export { webhookPersonalData } from "./personal-data.ts";
export { createPost, type Post, type PostOptions } from "./post.ts";
export { createWebhookTriggers, type WebhookTrigger, type WebhookTriggers } from "./triggers.ts";
export { webhookHandlers } from "./webhook-handlers.ts";
export { type WebhookDelivery, type WebhookEvent, type WebhookSubscription, webhookEvents } from "./webhook-store.ts";
export { type WebhookToolOptions, webhookTool } from "./webhook-tool.ts";
export { createWebhooks, type StoredSecret, type WebhookSecrets, type Webhooks, type WebhooksOptions } from "./webhooks.ts";
