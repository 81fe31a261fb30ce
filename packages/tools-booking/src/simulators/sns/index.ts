import type { Answer, Dialect, RefusalKind, SimulatedRequest, World } from "../kit/index.ts";
import { isE164 } from "../phone.ts";
import { type AwsCredentials, signatureFault } from "./signature.ts";

export interface SnsSimulatorOptions {
  /** Default `AKIDSIMULATED`, `secret` and `eu-west-1`. */
  credentials?: AwsCredentials;
}

interface MessageDoc {
  id: string;
  to: string;
  body: string;
  senderId: string | null;
  status: "sent" | "opted_out";
}

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const errorAnswer = (status: number, code: string, message: string): Answer => ({
  status,
  contentType: "text/xml",
  body: `<ErrorResponse xmlns="${namespace}"><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>${crypto.randomUUID()}</RequestId></ErrorResponse>`,
});
const result = (action: string, content: string): Answer => ({
  status: 200,
  contentType: "text/xml",
  body: `<${action}Response xmlns="${namespace}"><${action}Result>${content}</${action}Result><ResponseMetadata><RequestId>${crypto.randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
});
const invalid = (message: string): Answer => errorAnswer(400, "InvalidParameter", `Invalid parameter: ${message}`);

const refusals: Record<RefusalKind, [number, string, string]> = {
  unauthorized: [403, "InvalidClientTokenId", "The security token included in the request is invalid."],
  auth_expired: [403, "ExpiredToken", "The security token included in the request is expired"],
  rate_limited: [400, "Throttling", "Rate exceeded"],
  server_error: [500, "InternalFailure", "The request processing has failed because of an unknown error."],
  not_found: [404, "InvalidAction", "The action or operation requested is invalid."],
  bad_request: [400, "InvalidParameter", "Invalid parameter"],
};

/** `MessageAttributes.entry.1.Name` and its value, as the query protocol writes them. */
function attributesOf(form: URLSearchParams): Map<string, string> {
  const found = new Map<string, string>();
  for (let i = 1; form.has(`MessageAttributes.entry.${i}.Name`); i += 1) {
    found.set(form.get(`MessageAttributes.entry.${i}.Name`)!, form.get(`MessageAttributes.entry.${i}.Value.StringValue`) ?? "");
  }
  return found;
}

/**
 * Amazon SNS for text messages, query protocol, Signature Version 4 checked. A message to a number that opted out is taken and never
 * delivered, as at Amazon: who wants to know asks `CheckIfPhoneNumberIsOptedOut`. Events for `happen`: `opts-out`, `opts-in` (a number).
 */
export function snsDialect(world: World, options: SnsSimulatorOptions = {}): Dialect {
  const { credentials = { accessKeyId: "AKIDSIMULATED", secretAccessKey: "secret", region: "eu-west-1" } } = options;
  const messages = world.shelf<MessageDoc>("sns", "message");
  const optOuts = world.shelf<{ number: string }>("sns", "opt-out");

  async function publish({ form }: SimulatedRequest): Promise<Answer> {
    const to = form.get("PhoneNumber");
    const body = form.get("Message") ?? "";
    if (to === null) return invalid("TopicArn or TargetArn Reason: only PhoneNumber is simulated");
    if (!isE164(to)) return invalid(`PhoneNumber Reason: ${to} is not valid to publish to`);
    if (body === "") return invalid("Empty message");
    if (Buffer.byteLength(body) > 1600) return invalid("Message too long");
    const attributes = attributesOf(form);
    const senderId = attributes.get("AWS.SNS.SMS.SenderID") ?? null;
    if (senderId !== null && (!/^[A-Za-z0-9]{1,11}$/.test(senderId) || !/[A-Za-z]/.test(senderId))) return invalid("MessageAttributes Reason: SenderID");
    const type = attributes.get("AWS.SNS.SMS.SMSType");
    if (type !== undefined && type !== "Transactional" && type !== "Promotional") return invalid("MessageAttributes Reason: SMSType");
    const id = crypto.randomUUID();
    await messages.put(id, { id, to, body, senderId, status: (await optOuts.get(to)) ? "opted_out" : "sent" });
    return result("Publish", `<MessageId>${id}</MessageId>`);
  }

  async function act(request: SimulatedRequest): Promise<Answer> {
    const { form } = request;
    const number = form.get("phoneNumber") ?? "";
    switch (form.get("Action")) {
      case "Publish":
        return publish(request);
      case "CheckIfPhoneNumberIsOptedOut":
        if (!isE164(number)) return invalid("PhoneNumber Reason: input incorrectly formatted");
        return result("CheckIfPhoneNumberIsOptedOut", `<isOptedOut>${(await optOuts.get(number)) !== undefined}</isOptedOut>`);
      case "OptInPhoneNumber":
        if (!isE164(number)) return invalid("PhoneNumber Reason: input incorrectly formatted");
        await optOuts.remove(number);
        return result("OptInPhoneNumber", "");
      case "ListPhoneNumbersOptedOut": {
        const members = (await optOuts.all()).map((one) => `<member>${one.number}</member>`).join("");
        return result("ListPhoneNumbersOptedOut", `<phoneNumbers>${members}</phoneNumbers>`);
      }
      default:
        return errorAnswer(400, "InvalidAction", "The action or operation requested is invalid.");
    }
  }

  return {
    vendor: "sns",
    routes: [
      {
        method: "POST",
        path: "/",
        name: "publish",
        // The signature's own faults have words of their own, so it is checked here.
        open: true,
        handle(request) {
          const fault = signatureFault(request, credentials, world.clock.now());
          if (fault === undefined) return act(request);
          const status = fault === "RequestExpired" || fault === "IncompleteSignature" ? 400 : 403;
          return errorAnswer(status, fault, fault === "InvalidClientTokenId" ? refusals.unauthorized[2] : `The request was refused: ${fault}.`);
        },
      },
    ],
    refuse(kind, message) {
      const [status, code, words] = refusals[kind];
      return errorAnswer(status, code, kind === "bad_request" ? message : words);
    },
    ledger: async () => (await messages.all()).map(({ id, to, status }) => ({ kind: "message" as const, reference: id, clientReference: to, status })),
    async happen(event, reference) {
      if (event === "opts-out" && isE164(reference)) return optOuts.put(reference, { number: reference });
      if (event === "opts-in") return optOuts.remove(reference);
      throw new Error(`the sns simulator cannot make "${event}" happen to "${reference}"`);
    },
  };
}
