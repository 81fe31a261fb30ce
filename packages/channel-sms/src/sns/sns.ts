import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { textOf, waitOf, withoutAnswer } from "../network.ts";
import { isE164 } from "../numbers.ts";
import type { SmsEvent, SmsProvider } from "../provider.ts";
import { deliveryOf, isUnknownKey, messageIdOf, refusedBy } from "./failure.ts";
import { createSnsMessages } from "./message.ts";
import { type AwsKeys, signedHeaders } from "./sigv4.ts";

export interface SnsOptions {
  /** Such as `eu-west-1`. */
  region: string;
  keys: AwsKeys;
  /** A number in E.164 that sends, or a name of up to eleven letters. Absent: AWS chooses. */
  from?: string;
  /** The topic that two-way SMS publishes what people write to. Absent: nothing comes in. */
  topicArn?: string;
  /** The topic that gets what became of messages, where it is another one. */
  deliveryTopicArn?: string;
  /** The most one message may cost, in US dollars, such as `0.50`. AWS keeps to it. */
  maxPriceUsd?: string;
  /** Where SNS is; default the region's own address. */
  endpoint?: string;
  clock?: Clock;
}

const version = "2010-03-31";
const contentType = "application/x-www-form-urlencoded; charset=utf-8";

/** Text messages through Amazon SNS. It keeps nothing that could be asked for afterwards: a send without an answer stays unknown. */
export function sns({ region, keys, from, topicArn, deliveryTopicArn, maxPriceUsd, endpoint, clock = systemClock }: SnsOptions): SmsProvider {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new TravelAgentError("CONFIG_INVALID", "the region has another form than eu-west-1");
  if (from !== undefined && !isE164(from) && !/^(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}$/.test(from))
    throw new TravelAgentError("CONFIG_INVALID", "what sends must be a number with + and country code, or a name of up to eleven letters and digits");
  for (const arn of [topicArn, deliveryTopicArn])
    if (arn !== undefined && !/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(arn))
      throw new TravelAgentError("CONFIG_INVALID", "a topic has the form arn:aws:sns:eu-west-1:123456789012:name");
  const url = new URL(endpoint ?? `https://sns.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`);
  const read = createSnsMessages({
    topics: new Set([topicArn, deliveryTopicArn].filter((arn) => arn !== undefined)),
    origin: url.origin,
    now: () => clock.now(),
  });

  const ask = (fields: Record<string, string>, signal: AbortSignal): Promise<Response> => {
    const body = new URLSearchParams({ ...fields, Version: version }).toString();
    return fetch(url, {
      method: "POST",
      body,
      signal,
      redirect: "manual",
      headers: signedHeaders({ url, body, contentType, region, service: "sns", keys, now: clock.now() }),
    });
  };

  const attributes: [name: string, type: string, value: string][] = [
    ["AWS.SNS.SMS.SMSType", "String", "Transactional"],
    ...(from === undefined ? [] : ([[isE164(from) ? "AWS.MM.SMS.OriginationNumber" : "AWS.SNS.SMS.SenderID", "String", from]] as [string, string, string][])),
    ...(maxPriceUsd === undefined ? [] : ([["AWS.SNS.SMS.MaxPrice", "Number", maxPriceUsd]] as [string, string, string][])),
  ];
  const attributeFields = Object.fromEntries(
    attributes.flatMap(([name, type, value], index) => [
      [`MessageAttributes.entry.${index + 1}.Name`, name],
      [`MessageAttributes.entry.${index + 1}.Value.DataType`, type],
      [`MessageAttributes.entry.${index + 1}.Value.StringValue`, value],
    ]),
  );

  /** The token alone counts; the address in the message is not gone to. */
  async function confirm(topic: string, token: string | undefined): Promise<void> {
    if (token === undefined) throw new TravelAgentError("INVALID_REQUEST", "there is no token in it");
    const confirmation = new URL(url);
    confirmation.search = new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: topic, Token: token, Version: version }).toString();
    const response = await fetch(confirmation, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    if (!response.ok) throw new TravelAgentError("UNAVAILABLE", `SNS did not take the confirmation: ${response.status}`);
  }

  return {
    name: "SNS",
    ...(from !== undefined && isE164(from) ? { from } : {}),
    answer: { type: "text/plain; charset=utf-8", body: "" },

    async check(signal) {
      let response: Response;
      let answer: string;
      try {
        response = await ask({ Action: "GetSMSAttributes" }, signal);
        answer = await textOf(response);
      } catch (error) {
        throw new TravelAgentError("UNAVAILABLE", withoutAnswer("SNS", error).reason);
      }
      if (isUnknownKey(answer)) throw new TravelAgentError("CONFIG_INVALID", "AWS does not know this access key with this secret; copy both once more");
      // A key that may do nothing but publish is what one should have.
      if (!response.ok && response.status !== 403) throw new TravelAgentError("UNAVAILABLE", `SNS answered ${response.status}`);
    },

    async send({ to, text }, signal) {
      try {
        const response = await ask({ Action: "Publish", PhoneNumber: to, Message: text, ...attributeFields }, signal);
        const answer = await textOf(response);
        if (!response.ok) return refusedBy(response.status, answer, waitOf(response.headers.get("retry-after"), clock.now()));
        const externalId = messageIdOf(answer);
        return externalId === undefined ? { status: "unknown", reason: "SNS answered without an id" } : { status: "sent", externalId };
      } catch (error) {
        return withoutAnswer("SNS", error);
      }
    },

    async read({ body }): Promise<SmsEvent> {
      if (topicArn === undefined && deliveryTopicArn === undefined) throw new TravelAgentError("NOT_FOUND", "no topic is set up here");
      const message = await read(body);
      if (message.Type === "SubscriptionConfirmation") {
        await confirm(message.TopicArn, message.Token);
        return { kind: "nothing" };
      }
      if (message.Type !== "Notification") return { kind: "nothing" };
      const said = contentOf(message.Message);
      if (said === undefined) return { kind: "nothing" };
      const { originationNumber, destinationNumber, messageBody, inboundMessageId } = said as Record<string, unknown>;
      if (message.TopicArn === topicArn && typeof originationNumber === "string" && typeof messageBody === "string")
        return {
          kind: "message",
          externalId: typeof inboundMessageId === "string" && inboundMessageId !== "" ? inboundMessageId : message.MessageId,
          from: originationNumber,
          to: typeof destinationNumber === "string" ? destinationNumber : "",
          text: messageBody,
          sentAt: Date.parse(message.Timestamp),
          files: 0,
        };
      return deliveryOf(said, clock.now());
    },
  };
}

function contentOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
