import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { createLockout } from "../../auth/lockout.ts";
import { sameSecret } from "../../auth/secret.ts";
import { cardFree } from "../../card-free.ts";
import { webchatChannel } from "../../handlers/chat.ts";
import { describeIssues } from "../../router/issues.ts";
import type { Runs } from "../../runs.ts";
import { idempotencyKeyOf } from "../idempotency-key.ts";
import { type HttpReply, type HttpRoute, json } from "../route.ts";
import type { VerifiedDelivery, VerifyWebhook, WebhookGuard } from "./guard.ts";
import { type HookMapping, isMapped, mappingFor } from "./hook-mapping.ts";
import { filled, type HookInput } from "./hook-template.ts";
import { isStandardWebhook, isWebhookSecret, standardWebhook } from "./standard-webhook.ts";
import { marked, warnOfSuspicious } from "./untrusted.ts";

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
  /** What is posted to other names below the path; the first that fits counts. */
  mappings?: readonly HookMapping[];
  /** Names that people registered, beside the mappings. */
  findTrigger?(name: string): Promise<{ message: string; agentId?: string } | undefined>;
  /** For `mode: "next-heartbeat"`. Absent: there is none, and asking for it is refused. */
  wake?(request: { text: string; mode: "now" | "next-heartbeat"; agentId?: string }): Promise<void>;
  /** Only what is signed by Standard Webhooks is taken, so that nothing can be sent again by others. */
  requireSignature?: boolean;
  /** What hooks bring stands there without marks. */
  allowUnsafeExternalContent?: boolean;
  clock?: Clock;
  log?: Logger;
}

const key = z.string().min(1).max(200);
const Wake = z.strictObject({ text: z.string().trim().min(1).max(20_000), mode: z.enum(["now", "next-heartbeat"]).optional(), idempotencyKey: key.optional() });
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

/** Headers that open doors, and those of machines on the way: nobody's business but theirs. */
const closedHeaders = /^(authorization|cookie|proxy-|x-travelagent-token|webhook-signature|x-forwarded-)/;

/**
 * `/hooks/wake`, `/hooks/agent` and the names that are mapped: other systems of the agency set an agent to work. The token comes as a bearer
 * token, as `x-travelagent-token`, or as the secret of a Standard Webhooks signature, never in the address. Their words count as
 * those of a third party: they can have things looked up, and cannot say yes to anything.
 */
export function hookRoutes({
  guard,
  runs,
  token,
  path = "/hooks",
  agents,
  sessionKeyOf,
  mappings = [],
  findTrigger = async () => undefined,
  wake,
  requireSignature = false,
  allowUnsafeExternalContent = false,
  clock = systemClock,
  log = silentLogger,
}: HookOptions): HttpRoute[] {
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
    if (requireSignature) return { ok: false };
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

  /** The main conversation of an agent, at once; or with its next regular look. */
  async function wakeUp(text: string, mode: "now" | "next-heartbeat", agentId: string, idempotency: { idempotencyKey?: string }): Promise<HttpReply> {
    if (mode === "next-heartbeat") {
      if (!wake) throw new TravelAgentError("INVALID_REQUEST", 'there are no heartbeats here: use mode "now"');
      await wake({ text: cardFree(text), mode, agentId });
      return json({ ok: true, mode });
    }
    const sessionKey = `agent:${agentId}:main`;
    const { runId } = await runs.start({
      agentId,
      sessionKey,
      // As the operator's own messages there have it.
      channel: webchatChannel,
      peerId: `operator:${sessionKey}`,
      senderName: sessionKey,
      text,
      tainted: true,
      ...idempotency,
    });
    return json({ ok: true, mode: "now", runId });
  }

  /** A conversation of the hook's own. */
  async function setToWork(message: string, name: string, agentId: string, idempotency: { idempotencyKey?: string }, isSafe = false): Promise<HttpReply> {
    const { agentIds } = agents();
    if (!agentIds.includes(agentId)) throw new TravelAgentError("INVALID_REQUEST", `there is no agent ${agentId}; known: ${agentIds.join(", ")}`);
    const sessionKey = sessionKeyOf({ agentId, name: name.toLowerCase() });
    const { runId } = await runs.start({
      agentId,
      sessionKey,
      peerId: sessionKey,
      senderName: name,
      text: isSafe ? message : marked(message),
      tainted: true,
      ...idempotency,
    });
    return json({ ok: true, runId }, { status: 202 });
  }

  async function mapped(hook: string, delivery: VerifiedDelivery): Promise<HttpReply> {
    const input: HookInput = {
      payload: delivery.json,
      headers: Object.fromEntries(
        Object.entries(delivery.headers).flatMap(([name, value]) =>
          value === undefined || closedHeaders.test(name) ? [] : [[name, Array.isArray(value) ? (value[0] ?? "") : value]],
        ),
      ),
      query: Object.fromEntries(delivery.url.searchParams),
      path: hook,
    };
    const trigger = mappingFor(mappings, input) ? undefined : await findTrigger(hook);
    const mapping: HookMapping | undefined = mappingFor(mappings, input) ?? (trigger && { match: { path: hook }, action: "agent", ...trigger });
    if (!mapping) throw new TravelAgentError("NOT_FOUND", "there is nothing at this address");
    const made = mapping.transform ? await mapping.transform(input) : {};
    // Nothing is to be done about it.
    if (made === null) return { status: 204, headers: { "cache-control": "no-store" } };
    const text = (made.message ?? (mapping.message === undefined ? delivery.body.toString("utf8") : filled(mapping.message, input))).trim();
    if (text === "") throw new TravelAgentError("INVALID_REQUEST", "nothing is left of this hook to tell an agent");
    warnOfSuspicious(text, { hook, requestId: delivery.requestId }, log);
    const agentId = made.agentId ?? mapping.agentId ?? agents().defaultAgentId;
    const idempotency = keyOf(hook, delivery, undefined);
    const isSafe = mapping.allowUnsafeExternalContent ?? allowUnsafeExternalContent;
    if ((made.action ?? mapping.action) === "wake") return wakeUp(isSafe ? text : marked(text), made.mode ?? mapping.mode ?? "now", agentId, idempotency);
    const name = (made.name ?? filled(mapping.name ?? hook, input)).replace(/[^\p{L}\p{N} :._-]/gu, "-").slice(0, 128);
    return setToWork(text, cardFree(name) || hook, agentId, idempotency, isSafe);
  }

  const endpoint = (name: string, handle: (delivery: VerifiedDelivery) => Promise<HttpReply>): HttpRoute =>
    guard.route({ path: `${base}/${name}`, secret: token, verify, handle });
  const nameOf = (url: URL): string => url.pathname.slice(base.length + 1);
  const others = endpoint("*", (delivery) => mapped(nameOf(delivery.url), delivery));

  return [
    endpoint("wake", async (delivery) => {
      const { text, mode = "now", idempotencyKey } = read(Wake, delivery);
      warnOfSuspicious(text, { hook: "wake", requestId: delivery.requestId }, log);
      return wakeUp(text, mode, agents().defaultAgentId, keyOf("wake", delivery, idempotencyKey));
    }),
    endpoint("agent", async (delivery) => {
      const { message, name = "Hook", agentId = agents().defaultAgentId, idempotencyKey } = read(Agent, delivery);
      warnOfSuspicious(message, { hook: "agent", requestId: delivery.requestId }, log);
      return setToWork(message, name, agentId, keyOf("agent", delivery, idempotencyKey), allowUnsafeExternalContent);
    }),
    {
      ...others,
      async handle(request) {
        const name = nameOf(request.url);
        if (!isMapped(mappings, name) && !(await findTrigger(name))) throw new TravelAgentError("NOT_FOUND", "there is nothing at this address");
        return others.handle(request);
      },
    },
  ];
}
