export {
  createWebhookGuard,
  type Delivery,
  type Verdict,
  type VerifiedDelivery,
  type VerifyWebhook,
  type WebhookEndpoint,
  type WebhookGuard,
  type WebhookGuardOptions,
} from "./guard.ts";
export { type HookOptions, hookRoutes } from "./hook-routes.ts";
export { isWebhookSecret, signStandardWebhook, standardWebhook } from "./standard-webhook.ts";
