import type { Answer, Dialect, RefusalKind, SimulatedRequest, World } from "../kit/index.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { isE164 } from "../phone.ts";
import { createWebhooks } from "../webhooks.ts";
import { twilioCallbacks } from "./callbacks.ts";
import { type MessageDoc, type MessageStatus, messageShelf, messageView } from "./messages.ts";

export interface TwilioSimulatorOptions {
  /** Default `AC` and 32 zeros. */
  accountSid?: string;
  /** Default `token`. Also signs what is posted to the client. */
  authToken?: string;
  /** The account's numbers; a `From` that is none of them is refused. Default: any is taken. */
  numbers?: readonly string[];
  /** Where messages of customers are posted. `webhooks-to` changes it later. */
  inboundUrl?: string;
}

const stopWords = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"]);
const startWords = new Set(["START", "YES", "UNSTOP"]);

const problem = (status: number, code: number, message: string): Answer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});
const refusals: Record<RefusalKind, [number, number]> = {
  unauthorized: [401, 20003],
  auth_expired: [401, 20003],
  rate_limited: [429, 20429],
  server_error: [500, 20500],
  not_found: [404, 20404],
  bad_request: [400, 20001],
};

/**
 * Twilio's messages over HTTP. A message is sent and delivered at once; under `pending_then_webhook` it stays queued until the outside world
 * moves. There is no idempotency: a request that is repeated sends twice, as at Twilio. Events for `happen`: `message-sent`,
 * `message-delivered`, `message-undelivered` (a message), `customer-writes` (`+351910000001 +351210000000 text`: from, to, words), and those
 * of the webhooks.
 */
export function twilioDialect(world: World, options: TwilioSimulatorOptions = {}): Dialect {
  const { accountSid = `AC${"0".repeat(32)}`, authToken = "token", numbers, inboundUrl } = options;
  const messages = messageShelf(world);
  const optOuts = world.shelf<{ sender: string; to: string }>("twilio", "opt-out");
  const webhooks = createWebhooks({ url: inboundUrl });
  const callbacks = twilioCallbacks(webhooks, { account: accountSid, authToken });
  const inTurn = oneAtATime();
  const newSid = () => world.newId("SM", 32, "0123456789abcdef");
  const pair = (sender: string, to: string) => `${sender} ${to}`;

  async function move(message: MessageDoc, status: MessageStatus, errorCode: number | null = null): Promise<MessageDoc> {
    const after = { ...message, status, errorCode, updatedAt: world.clock.now() };
    await messages.put(message.sid, after);
    callbacks.status(after);
    return after;
  }

  async function create(request: SimulatedRequest): Promise<Answer> {
    const { form } = request;
    const to = form.get("To") ?? "";
    const from = form.get("From");
    const service = form.get("MessagingServiceSid");
    const body = form.get("Body") ?? "";
    const statusCallback = form.get("StatusCallback");
    if (to === "") return problem(400, 21604, "A 'To' phone number is required.");
    if (!isE164(to)) return problem(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
    if (!from && !service) return problem(400, 21603, "A 'From' phone number is required.");
    if (from && !isE164(from) && !/^[A-Za-z0-9 ]{1,11}$/.test(from))
      return problem(400, 21212, `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`);
    if (from && numbers && !numbers.includes(from))
      return problem(400, 21606, `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number for this destination/account`);
    if (body === "") return problem(400, 21602, "Message body is required.");
    if (body.length > 1600) return problem(400, 21617, "The concatenated message body exceeds the 1600 character limit");
    if (statusCallback !== null && !/^https?:\/\//.test(statusCallback))
      return problem(400, 21609, `The StatusCallback URL ${statusCallback} is not a valid URL.`);
    if (await optOuts.get(pair(service ?? from ?? "", to))) return problem(400, 21610, "Attempt to send to unsubscribed recipient");
    const now = world.clock.now();
    const message: MessageDoc = {
      sid: newSid(),
      to,
      from,
      messagingServiceSid: service,
      body,
      status: service ? "accepted" : "queued",
      direction: "outbound-api",
      errorCode: null,
      statusCallback,
      madeAt: now,
      updatedAt: now,
    };
    await messages.put(message.sid, message);
    if (!request.has("pending_then_webhook")) await move(await move(message, "sent"), "delivered");
    return { status: 201, body: messageView(accountSid, message) };
  }

  async function hear(from: string, to: string, body: string): Promise<void> {
    const word = body.trim().toUpperCase();
    const optOut = stopWords.has(word) ? "STOP" : startWords.has(word) ? "START" : undefined;
    if (optOut === "STOP") await optOuts.put(pair(to, from), { sender: to, to: from });
    if (optOut === "START") await optOuts.remove(pair(to, from));
    const now = world.clock.now();
    const message: MessageDoc = {
      sid: newSid(),
      to,
      from,
      messagingServiceSid: null,
      body,
      status: "received",
      direction: "inbound",
      errorCode: null,
      statusCallback: null,
      madeAt: now,
      updatedAt: now,
    };
    await messages.put(message.sid, message);
    callbacks.inbound(message, optOut);
  }

  const account = "/2010-04-01/Accounts/:account";
  const notMine = ({ params }: SimulatedRequest) => params.account !== accountSid;
  const missing = (path: string): Answer => problem(404, 20404, `The requested resource ${path} was not found`);
  return {
    vendor: "twilio",
    routes: [
      {
        method: "POST",
        path: `${account}/Messages.json`,
        name: "create-message",
        handle: (request) => (notMine(request) ? missing(request.path) : inTurn(() => create(request))),
      },
      {
        method: "GET",
        path: `${account}/Messages.json`,
        name: "list-messages",
        async handle(request) {
          if (notMine(request)) return missing(request.path);
          const { query, path } = request;
          const size = Number(query.get("PageSize") ?? 50);
          const page = Number(query.get("Page") ?? 0);
          const matching = (await messages.all()).filter(({ to, from }) => (query.get("To") ?? to) === to && (query.get("From") ?? from) === from).toReversed();
          const shown = matching.slice(page * size, (page + 1) * size).map((one) => messageView(accountSid, one));
          const uri = (number: number) => `${path}?PageSize=${size}&Page=${number}`;
          const next = (page + 1) * size < matching.length ? uri(page + 1) : null;
          return {
            status: 200,
            body: {
              messages: shown,
              page,
              page_size: size,
              start: page * size,
              end: page * size + shown.length - 1,
              uri: uri(page),
              first_page_uri: uri(0),
              next_page_uri: next,
              previous_page_uri: page > 0 ? uri(page - 1) : null,
            },
          };
        },
      },
      {
        method: "GET",
        path: `${account}/Messages/:sid.json`,
        name: "read-message",
        async handle(request) {
          const message = notMine(request) ? undefined : await messages.get(request.params.sid!);
          return message ? { status: 200, body: messageView(accountSid, message) } : missing(request.path);
        },
      },
    ],
    refuse(kind, message) {
      const [status, code] = refusals[kind];
      return problem(status, code, kind === "unauthorized" || kind === "auth_expired" ? "Authenticate" : message);
    },
    guard({ headers }) {
      const right = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
      return headers.authorization === right ? undefined : "unauthorized";
    },
    ledger: async () =>
      (await messages.all())
        .filter(({ direction }) => direction === "outbound-api")
        .map(({ sid, to, status }) => ({ kind: "message" as const, reference: sid, clientReference: to, status })),
    async happen(event, reference) {
      if (await webhooks.happen(event, reference)) return;
      if (event === "customer-writes") {
        const [, from, to, body] = /^(\S+) (\S+) ([\s\S]+)$/.exec(reference) ?? [];
        if (from && to && body) return inTurn(() => hear(from, to, body));
      }
      const moves: Readonly<Record<string, [MessageStatus, number | null]>> = {
        "message-sent": ["sent", null],
        "message-delivered": ["delivered", null],
        "message-undelivered": ["undelivered", 30003],
      };
      const to = moves[event];
      const message = to && (await messages.get(reference));
      if (!message) throw new Error(`the twilio simulator cannot make "${event}" happen to "${reference}"`);
      await inTurn(() => move(message, ...to));
    },
    close: () => webhooks.settled(),
  };
}
