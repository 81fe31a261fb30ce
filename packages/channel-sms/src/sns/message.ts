import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { textOf } from "../network.ts";

/** What SNS posts, as far as it is signed. */
export interface SnsMessage {
  Type: "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation";
  MessageId: string;
  TopicArn: string;
  Message: string;
  Timestamp: string;
  SignatureVersion: string;
  Signature: string;
  SigningCertURL: string;
  Subject?: string;
  SubscribeURL?: string;
  Token?: string;
}

export interface SnsMessagesOptions {
  /** Topics of ours. A message about any other one is nobody's. */
  topics: ReadonlySet<string>;
  /** Where the region serves its certificates: scheme, host and port. No other place is ever asked. */
  origin: string;
  now(): number;
}

/** How long after its time stamp a message is taken. SNS tries for hours; what came before is known by its id. */
const maxAgeMs = 24 * 3_600_000;
const aheadMs = 15 * 60_000;
const maxCertificates = 8;
const required = ["Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"] as const;

/** The fields that are signed, in the order of their names, each with its value on lines of their own. */
function signedText(message: SnsMessage): string {
  const names =
    message.Type === "Notification"
      ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const fields = message as unknown as Record<string, string | undefined>;
  return names.flatMap((name) => (fields[name] === undefined ? [] : [`${name}\n${fields[name]}\n`])).join("");
}

const unauthorized = (reason: string): TravelAgentError => new TravelAgentError("UNAUTHORIZED", reason);

function parsed(body: string): SnsMessage {
  try {
    const value = JSON.parse(body) as SnsMessage;
    if (
      typeof value === "object" &&
      value !== null &&
      Object.values(value).every((one) => typeof one === "string") &&
      required.every((name) => typeof value[name] === "string")
    )
      return value;
  } catch {
    // Told below.
  }
  throw new TravelAgentError("INVALID_REQUEST", "this is no message of SNS");
}

/** Reads what was posted and believes nothing of it before its signature is checked. */
export function createSnsMessages({ topics, origin, now }: SnsMessagesOptions): (body: string) => Promise<SnsMessage> {
  const certificates = new Map<string, Promise<KeyObject>>();

  async function download(url: URL): Promise<KeyObject> {
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new TravelAgentError("UNAVAILABLE", `the certificate of SNS could not be fetched: ${response.status}`);
    return createPublicKey(await textOf(response));
  }

  function keyAt(address: string): Promise<KeyObject> {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    // An address in a message that nobody has checked yet: it must be one we would have gone to anyway.
    if (!url || url.origin !== origin || url.username !== "" || url.search !== "" || !/^\/SimpleNotificationService-[\w-]{1,100}\.pem$/.test(url.pathname))
      throw unauthorized("the certificate is not at the region's own address");
    const known = certificates.get(url.pathname);
    if (known) return known;
    if (certificates.size >= maxCertificates) certificates.clear();
    const fetched = download(url).catch((error: unknown) => {
      certificates.delete(url.pathname);
      throw TravelAgentError.is(error) ? error : new TravelAgentError("UNAVAILABLE", "the certificate of SNS could not be fetched");
    });
    certificates.set(url.pathname, fetched);
    return fetched;
  }

  return async (body) => {
    const message = parsed(body);
    if (!["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"].includes(message.Type))
      throw new TravelAgentError("INVALID_REQUEST", "this is no message of SNS");
    if (!topics.has(message.TopicArn)) throw unauthorized("this is about a topic that is not set up here");
    const algorithm = { "1": "RSA-SHA1", "2": "RSA-SHA256" }[message.SignatureVersion];
    if (algorithm === undefined) throw unauthorized("the signature is of a kind that is not known");
    const at = Date.parse(message.Timestamp);
    if (!(at > now() - maxAgeMs && at < now() + aheadMs)) throw unauthorized("the time stamp is too far from now");
    const key = await keyAt(message.SigningCertURL);
    if (key.asymmetricKeyType !== "rsa" || !verify(algorithm, Buffer.from(signedText(message)), key, Buffer.from(message.Signature, "base64")))
      throw unauthorized("the signature is not that of SNS");
    return message;
  };
}
