import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { createLockout } from "../../auth/lockout.ts";
import { sameSecret } from "../../auth/secret.ts";
import { cardFree } from "../../card-free.ts";
import { webchatChannel } from "../../handlers/chat.ts";
import { describeIssues } from "../../router/issues.ts";
import type { Runs } from "../../runs.ts";
import { idempotencyKeyOf } from "../idempotency-key.ts";
import { type HttpRoute, json } from "../route.ts";
import type { VerifiedDelivery, VerifyWebhook, WebhookGuard } from "./guard.ts";
import { isStandardWebhook, isWebhookSecret, standardWebhook } from "./standard-webhook.ts";

export interface HookOptions {
  guard: WebhookGuard;
  runs: Pick<Runs, "start">;
  /** Raises `CONFIG_INVALID` when it is blank. */
  token: string;
  /** Default `/hooks`. */
  path?: string;
  /** The agents there are; asked for each hook, since they may change. */
  agents(): { agentIds: readonly string[]; defaultAgentId: string };
  /** The conversation of an automation, by its name in lower case. */
  sessionKeyOf(hook: { agentId: string; name: string }): string;
  clock?: Clock;
}

const key = z.string().min(1).max(200);
const Wake = z.strictObject({ text: z.string().trim().min(1).max(20_000), mode: z.literal("now").optional(), idempotencyKey: key.optional() });
const Agent = z.strictObject({
  message: z.string().trim().min(1).max(100_000),
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, "must be 1 to 64 letters, digits, spaces, dots, _ or -")
    .refine((name) => cardFree(name) === name, "must not hold a card number")
    .optional(),
  agentId: z.string().optional(),
  idempotencyKey: key.optional(),
});

/**
 * `/hooks/wake` and `/hooks/agent`: other systems of the agency set an agent to work. The token comes as a bearer token, as
 * `x-travelagent-token`, or as the secret of a Standard Webhooks signature, never in the address. Their words count as
 * those of a third party: they can have things looked up, and cannot say yes to anything.
 */
export function hookRoutes({ guard, runs, token, path = "/hooks", agents, sessionKeyOf, clock = systemClock }: HookOptions): HttpRoute[] {
  if (path === "/" || !path.startsWith("/")) throw new TravelAgentError("CONFIG_INVALID", "hooks.path must be a path of its own, such as /hooks");
  if (token.trim() !== "" && !isWebhookSecret(token))
    throw new TravelAgentError("CONFIG_INVALID", "hooks.token: what stands behind whsec_ must be base64 of 16 bytes or more");
  const base = path.replace(/\/+$/, "");
  const lockout = createLockout({ clock });

  const known = (address: string, right: boolean): boolean => {
    if (right) lockout.succeeded(address);
    else lockout.failed(address);
    return right;
  };

  const verify: VerifyWebhook = (delivery, secret) => {
    const { headers, url, peer } = delivery;
    // An address ends up in logs and histories.
    if (url.searchParams.has("token"))
      throw new TravelAgentError("INVALID_REQUEST", "a token in the address is not taken: send it in the Authorization header");
    lockout.check(peer.address);
    if (isStandardWebhook(delivery)) {
      const verdict = standardWebhook(delivery, secret);
      return known(peer.address, verdict.ok) ? verdict : { ok: false };
    }
    const named = headers["x-travelagent-token"];
    const shown = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? (typeof named === "string" ? named : undefined);
    if (shown === undefined) return { ok: false };
    return { ok: known(peer.address, sameSecret(shown, secret)) };
  };

  const read = <T>(schema: z.ZodType<T>, { json: value }: VerifiedDelivery): T => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", `invalid hook: ${describeIssues(parsed.error).text}`);
    return parsed.data;
  };

  const keyOf = (hook: string, { headers, id }: VerifiedDelivery, given: string | undefined): { idempotencyKey: string } | Record<string, never> => {
    const own = given ?? idempotencyKeyOf(headers) ?? id;
    return own === undefined ? {} : { idempotencyKey: `hook:${hook}:${own}` };
  };

  const endpoint = (name: string, handle: (delivery: VerifiedDelivery) => Promise<ReturnType<typeof json>>): HttpRoute =>
    guard.route({ path: `${base}/${name}`, secret: token, verify, handle });

  return [
    endpoint("wake", async (delivery) => {
      const { text, idempotencyKey } = read(Wake, delivery);
      const { defaultAgentId } = agents();
      const sessionKey = `agent:${defaultAgentId}:main`;
      const { runId } = await runs.start({
        agentId: defaultAgentId,
        sessionKey,
        // As the operator's own messages there have it.
        channel: webchatChannel,
        peerId: `operator:${sessionKey}`,
        senderName: sessionKey,
        text,
        tainted: true,
        ...keyOf("wake", delivery, idempotencyKey),
      });
      return json({ ok: true, mode: "now", runId });
    }),
    endpoint("agent", async (delivery) => {
      const { agentIds, defaultAgentId } = agents();
      const { message, name = "Hook", agentId = defaultAgentId, idempotencyKey } = read(Agent, delivery);
      if (!agentIds.includes(agentId)) throw new TravelAgentError("INVALID_REQUEST", `there is no agent ${agentId}; known: ${agentIds.join(", ")}`);
      const sessionKey = sessionKeyOf({ agentId, name: name.toLowerCase() });
      const { runId } = await runs.start({
        agentId,
        sessionKey,
        peerId: sessionKey,
        senderName: name,
        text: message,
        tainted: true,
        ...keyOf("agent", delivery, idempotencyKey),
      });
      return json({ ok: true, runId }, { status: 202 });
    }),
  ];
}
