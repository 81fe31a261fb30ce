import type { IncomingHttpHeaders } from "node:http";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { Peer } from "../../auth/peer.ts";
import { type HttpReply, type HttpRequest, type HttpRoute, json } from "../route.ts";
import { createSeenStore, webhookMigrations } from "./seen-store.ts";
import { jsonRefusals, parseStrictJson } from "./strict-json.ts";

/** What came in, before anybody knows whom it is from. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  /** As it came over the wire: what a signature is over. */
  readonly body: Buffer;
  readonly peer: Peer;
}

/** `id` names the delivery for good: with one, a repeat is refused. `timestampMs`: when it was signed. */
export type Verdict = { ok: true; id?: string; timestampMs?: number } | { ok: false };

/**
 * Whether a delivery was made with this secret. Compares in constant time, over the raw body. What it throws answers the
 * request, such as `RATE_LIMITED`.
 */
export type VerifyWebhook = (delivery: Delivery, secret: string) => Verdict | Promise<Verdict>;

/** A delivery that is what it says it is. */
export interface VerifiedDelivery extends Delivery {
  /** What stands in the path behind the endpoint's; `default` for an endpoint with one account. */
  readonly account: string;
  readonly requestId: string;
  readonly id?: string;
  /** The body, read; undefined for an endpoint that takes other forms. */
  readonly json: unknown;
}

export interface WebhookEndpoint {
  method?: "POST" | "PUT";
  /** Such as `/webhooks/telegram`. With several accounts each is at `<path>/<account>`. */
  path: string;
  /** One secret, or one for each account. A blank one raises `CONFIG_INVALID`: nothing is served without. */
  secret: string | Readonly<Record<string, string>>;
  verify: VerifyWebhook;
  /**
   * Takes it in, durably, before it resolves. Taken to be the same for the same id: after a crash between this and the record
   * of the id, the sender's repeat comes here once more.
   */
  handle(delivery: VerifiedDelivery): Promise<HttpReply> | HttpReply;
  /** `raw`: the body is no JSON, and `handle` reads it. Default `json`. */
  format?: "json" | "raw";
  /** How a repeat is answered: refused with 409, or acknowledged with 200 for senders that would try on. Default `refuse`. */
  repeats?: "refuse" | "acknowledge";
  /** Default 256 KiB. */
  maxBodyBytes?: number;
  /** How far a time stamp may be off. Default five minutes. */
  toleranceMs?: number;
  /** Default 10 s. */
  bodyTimeoutMs?: number;
  /** Default 32. */
  maxDepth?: number;
}

export interface WebhookGuard {
  /** Creates the guard's table. Before the first delivery. */
  migrate(): Promise<void>;
  /** The address of an endpoint. Raises `CONFIG_INVALID` without a secret. */
  route(endpoint: WebhookEndpoint): HttpRoute;
}

export interface WebhookGuardOptions {
  db: Database;
  clock?: Clock;
  log?: Logger;
  /** How long ids are kept, at least as long as time stamps are good. Default seven days. */
  keepMs?: number;
  /** Ids kept for one endpoint. Default 100 000. */
  maxPerEndpoint?: number;
}

const refusals = {
  "unknown-account": [404, "NOT_FOUND", "there is nothing at this address"],
  compressed: [415, "INVALID_REQUEST", "send the body without compression"],
  "too-large": [413, "PAYLOAD_TOO_LARGE", "the body is too large"],
  slow: [408, "TIMEOUT", "the body did not come in time"],
  unsigned: [401, "UNAUTHORIZED", "the signature or the token is missing or not right"],
  stale: [401, "UNAUTHORIZED", "the time stamp is too far from now: check the clock of the sender"],
  repeated: [409, "CONFLICT", "this delivery was taken already"],
  "under-way": [409, "IN_PROGRESS", "this delivery is being taken just now: send it again in a moment"],
  "not-json": [400, "INVALID_REQUEST", jsonRefusals["not-json"]],
  "too-deep": [400, "INVALID_REQUEST", jsonRefusals["too-deep"]],
  "duplicate-key": [400, "INVALID_REQUEST", jsonRefusals["duplicate-key"]],
} as const;
type Refusal = keyof typeof refusals;

/** One guard before every address that machines of others call: nothing reaches `handle` that is not signed, new and readable. */
export function createWebhookGuard({
  db,
  clock = systemClock,
  log = silentLogger,
  keepMs = 7 * 86_400_000,
  maxPerEndpoint = 100_000,
}: WebhookGuardOptions): WebhookGuard {
  const seen = createSeenStore({ db, clock, keepMs, maxPerEndpoint });
  const underWay = new Set<string>();

  const route = ({
    method = "POST",
    path,
    secret,
    verify,
    handle,
    format = "json",
    repeats = "refuse",
    maxBodyBytes = 256 * 1024,
    toleranceMs = 5 * 60_000,
    bodyTimeoutMs = 10_000,
    maxDepth = 32,
  }: WebhookEndpoint): HttpRoute => {
    const secrets = new Map(Object.entries(typeof secret === "string" ? { default: secret } : secret));
    for (const [account, value] of secrets)
      if (typeof value !== "string" || value.trim() === "")
        throw new TravelAgentError(
          "CONFIG_INVALID",
          `${path} has no secret${typeof secret === "string" ? "" : ` for ${account}`}: set one, it is not served without`,
        );

    const accountOf = ({ url }: HttpRequest): string | undefined => {
      const account = typeof secret === "string" ? "default" : url.pathname.slice(path.length + 1);
      return secrets.has(account) ? account : undefined;
    };

    const read = async (request: HttpRequest): Promise<Buffer | Refusal> => {
      const encoding = request.headers["content-encoding"];
      if (encoding !== undefined && encoding !== "identity") return "compressed";
      try {
        return await request.body(maxBodyBytes, bodyTimeoutMs);
      } catch (error) {
        if (TravelAgentError.is(error, "PAYLOAD_TOO_LARGE")) return "too-large";
        if (TravelAgentError.is(error, "TIMEOUT")) return "slow";
        throw error;
      }
    };

    const take = async (request: HttpRequest): Promise<HttpReply | Refusal> => {
      const account = accountOf(request);
      if (account === undefined) return "unknown-account";
      const body = await read(request);
      if (typeof body === "string") return body;
      const delivery: Delivery = { headers: request.headers, url: request.url, body, peer: request.peer };
      const verdict = await verify(delivery, secrets.get(account)!);
      if (!verdict.ok) return "unsigned";
      const { id, timestampMs } = verdict;
      if (timestampMs !== undefined && Math.abs(clock.now() - timestampMs) > toleranceMs) return "stale";
      const parsed = format === "json" ? parseStrictJson(body, maxDepth) : { ok: true as const, value: undefined };
      if (!parsed.ok) return parsed.reason;
      const verified: VerifiedDelivery = { ...delivery, account, requestId: request.requestId, json: parsed.value, ...(id === undefined ? {} : { id }) };
      return id === undefined ? handle(verified) : once(`${path}/${account}`, id, () => handle(verified));
    };

    /** The id is on record after the delivery was taken, so that one that could not be taken may come again. */
    const once = async (endpoint: string, id: string, work: () => Promise<HttpReply> | HttpReply): Promise<HttpReply | Refusal> => {
      const key = `${endpoint}\n${id}`;
      // Whether it will be taken nobody knows yet: neither a yes nor a no that ends the sender's trying.
      if (underWay.has(key)) return "under-way";
      underWay.add(key);
      try {
        if (await seen.has(endpoint, id)) return repeats === "refuse" ? "repeated" : json({ ok: true, repeated: true });
        const reply = await work();
        if ((reply.status ?? 200) < 400) await seen.add(endpoint, id);
        return reply;
      } finally {
        underWay.delete(key);
      }
    };

    return {
      method,
      path: typeof secret === "string" ? path : `${path}/*`,
      auth: "none",
      async handle(request) {
        const taken = await take(request);
        if (typeof taken !== "string") return taken;
        const [status, code, message] = refusals[taken];
        log.warn("a webhook was refused", { path, reason: taken, requestId: request.requestId, "pii.address": request.peer.address });
        return json(
          { error: { code, message, requestId: request.requestId } },
          {
            status,
            ...(status === 401 ? { headers: { "www-authenticate": "Bearer" } } : {}),
            ...(taken === "under-way" ? { headers: { "retry-after": "1" } } : {}),
          },
        );
      },
    };
  };

  return { migrate: () => db.migrate("webhook", webhookMigrations), route };
}
