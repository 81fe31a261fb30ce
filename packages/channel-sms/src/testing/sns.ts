import { createHash, createHmac, randomUUID, sign } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { selfSigned } from "./certificate.ts";
import { localServer } from "./local-server.ts";
import type { SentSms, SmsFault } from "./sent-sms.ts";

export interface SnsSimulator {
  /** For `endpoint`. */
  readonly url: string;
  readonly region: string;
  readonly keys: { accessKeyId: string; secretAccessKey: string };
  readonly topicArn: string;
  readonly sent: readonly SentSms[];
  /** Tokens of subscriptions that were confirmed. */
  readonly confirmed: readonly string[];
  /** Certificates that were fetched. */
  certificates(): number;
  failNext(fault: SmsFault, times?: number): void;
  optOut(number: string): void;
  /** A message of the topic, signed; what is in `over` takes the place of its fields before it is signed. */
  notification(message: unknown, over?: Readonly<Record<string, string>>): Record<string, string>;
  /** The same, asking to be confirmed. */
  confirmation(token: string, over?: Readonly<Record<string, string>>): Record<string, string>;
  /** Resolves with the status of the answer. */
  post(webhookUrl: string, message: Readonly<Record<string, string>>): Promise<number>;
  /** Somebody writes. */
  write(webhookUrl: string, message: { from: string; text: string; id?: string }): Promise<number>;
  close(): Promise<void>;
}

const xml = (text: string): string => text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** SNS on this machine, as far as text messages go. */
export async function startSns({ region = "eu-west-1" }: { region?: string } = {}): Promise<SnsSimulator> {
  const keys = { accessKeyId: "AKIAEXAMPLE000000001", secretAccessKey: "an-example-of-a-secret-access-key-00001" };
  const topicArn = `arn:aws:sns:${region}:123456789012:inbound-sms`;
  const { pem, privateKey } = selfSigned("sns.amazonaws.com");
  const certificatePath = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
  const sent: SentSms[] = [];
  const confirmed: string[] = [];
  const faults: SmsFault[] = [];
  const optedOut = new Set<string>();
  let certificates = 0;

  const answer = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): ServerResponse =>
    response.writeHead(status, { "content-type": "text/xml", ...headers }).end(body);
  const refuse = (response: ServerResponse, status: number, code: string, message: string, headers: Record<string, string> = {}): ServerResponse =>
    answer(
      response,
      status,
      `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${code}</Code><Message>${xml(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
      headers,
    );

  /** Made again from what came, as AWS does it. */
  function signatureProblem(request: IncomingMessage, body: string): string | undefined {
    const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/sns\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? "",
    );
    if (!match) return "MissingAuthenticationToken";
    const [, accessKeyId, date = "", signedRegion = "", names = "", signature] = match;
    if (accessKeyId !== keys.accessKeyId) return "InvalidClientTokenId";
    if (signedRegion !== region || !names.split(";").includes("host")) return "SignatureDoesNotMatch";
    const lines = names.split(";").map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, " ")}\n`);
    const payload = createHash("sha256").update(body).digest("hex");
    const canonical = `POST\n/\n\n${lines.join("")}\n${names}\n${payload}`;
    const toSign = `AWS4-HMAC-SHA256\n${String(request.headers["x-amz-date"])}\n${date}/${region}/sns/aws4_request\n${createHash("sha256").update(canonical).digest("hex")}`;
    let key: Buffer = Buffer.from(`AWS4${keys.secretAccessKey}`);
    for (const part of [date, region, "sns", "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
    return createHmac("sha256", key).update(toSign).digest("hex") === signature ? undefined : "SignatureDoesNotMatch";
  }

  function publish(fields: URLSearchParams, response: ServerResponse): unknown {
    const to = fields.get("PhoneNumber") ?? "";
    if (!/^\+[1-9]\d{6,14}$/.test(to))
      return refuse(response, 400, "InvalidParameter", `Invalid parameter: PhoneNumber Reason: ${to} is not valid to publish to`);
    const text = fields.get("Message") ?? "";
    if (text === "") return refuse(response, 400, "InvalidParameter", "Invalid parameter: Empty message");
    if (text.length > 1600) return refuse(response, 400, "InvalidParameter", "Invalid parameter: Message too long");
    if (optedOut.has(to)) return refuse(response, 400, "OptedOut", "the phone number opted out");
    const fault = faults.shift();
    if (fault === "hang") return undefined;
    if (typeof fault === "object")
      return refuse(
        response,
        fault.status,
        String(fault.code),
        fault.message ?? "Error",
        fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) },
      );
    const attributes: Record<string, string> = {};
    for (const [name, value] of fields) {
      const index = /^MessageAttributes\.entry\.(\d+)\.Name$/.exec(name)?.[1];
      if (index !== undefined) attributes[value] = fields.get(`MessageAttributes.entry.${index}.Value.StringValue`) ?? "";
    }
    const id = randomUUID();
    sent.push({
      id,
      to,
      from: attributes["AWS.MM.SMS.OriginationNumber"] ?? attributes["AWS.SNS.SMS.SenderID"] ?? "",
      text,
      at: Date.now(),
      fields: attributes,
    });
    if (fault === "lost") return response.destroy();
    return answer(
      response,
      200,
      `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${id}</MessageId></PublishResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></PublishResponse>`,
    );
  }

  const server = await localServer((request, body, response) => {
    const url = new URL(request.url ?? "/", "http://sns");
    if (url.pathname === certificatePath) {
      certificates += 1;
      return response.writeHead(200, { "content-type": "text/plain" }).end(pem);
    }
    if (request.method === "GET" && url.searchParams.get("Action") === "ConfirmSubscription" && url.searchParams.get("TopicArn") === topicArn) {
      confirmed.push(url.searchParams.get("Token") ?? "");
      return answer(
        response,
        200,
        `<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>${topicArn}:1</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>`,
      );
    }
    const problem = signatureProblem(request, body);
    if (problem) return refuse(response, 403, problem, "The request signature we calculated does not match");
    const fields = new URLSearchParams(body);
    if (fields.get("Action") === "Publish") return publish(fields, response);
    if (fields.get("Action") === "GetSMSAttributes")
      return answer(response, 200, "<GetSMSAttributesResponse><GetSMSAttributesResult><attributes/></GetSMSAttributesResult></GetSMSAttributesResponse>");
    return refuse(response, 400, "InvalidAction", "Could not find operation");
  });

  function signed(fields: Record<string, string>): Record<string, string> {
    const order =
      fields.Type === "Notification"
        ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
        : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
    let text = "";
    for (const name of order) if (fields[name] !== undefined) text += `${name}\n${fields[name]}\n`;
    return { ...fields, Signature: sign(fields.SignatureVersion === "1" ? "RSA-SHA1" : "RSA-SHA256", Buffer.from(text), privateKey).toString("base64") };
  }
  const envelope = (type: string, over: Readonly<Record<string, string>>): Record<string, string> => ({
    Type: type,
    MessageId: randomUUID(),
    TopicArn: topicArn,
    Timestamp: new Date().toISOString(),
    SignatureVersion: "2",
    SigningCertURL: server.url + certificatePath,
    ...over,
  });
  async function post(webhookUrl: string, message: Readonly<Record<string, string>>): Promise<number> {
    const answered = await fetch(webhookUrl, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": message.Type ?? "" },
      body: JSON.stringify(message),
    });
    await answered.body?.cancel();
    return answered.status;
  }
  const notification: SnsSimulator["notification"] = (message, over = {}) =>
    signed({ ...envelope("Notification", {}), Message: JSON.stringify(message), ...over });

  return {
    url: server.url,
    region,
    keys,
    topicArn,
    sent,
    confirmed,
    certificates: () => certificates,
    failNext(fault, times = 1) {
      for (let count = 0; count < times; count += 1) faults.push(fault);
    },
    optOut: (one) => void optedOut.add(one),
    notification,
    confirmation: (token, over = {}) =>
      signed({
        ...envelope("SubscriptionConfirmation", {}),
        Message: "You have chosen to subscribe to the topic.",
        Token: token,
        SubscribeURL: `${server.url}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`,
        ...over,
      }),
    post,
    write: (webhookUrl, { from, text, id = randomUUID() }) =>
      post(
        webhookUrl,
        notification({
          originationNumber: from,
          destinationNumber: "+34600555000",
          messageKeyword: "KEYWORD",
          messageBody: text,
          inboundMessageId: id,
          previousPublishedMessageId: "",
        }),
      ),
    close: server.close,
  };
}
