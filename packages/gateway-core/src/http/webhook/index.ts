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
export { gmailPreset, type HookMapping, type HookOverride, type HookTransform } from "./hook-mapping.ts";
export { type HookOptions, hookRoutes } from "./hook-routes.ts";
export type { HookInput } from "./hook-template.ts";
export { createHookTransform, type HookTransformOptions } from "./hook-transform.ts";
export { isWebhookSecret, signStandardWebhook, standardWebhook } from "./standard-webhook.ts";
