import { createHmac, randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { localServer } from "./local-server.ts";
import type { SentSms, SmsFault } from "./sent-sms.ts";

export interface TwilioSimulator {
  /** For `apiRoot`. */
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly number: string;
  /** What people got, in order. */
  readonly sent: readonly SentSms[];
  /** Requests so far. */
  calls(): number;
  failNext(fault: SmsFault, times?: number): void;
  /** A number whose carrier was told STOP. */
  optOut(number: string): void;
  /** Somebody writes; resolves with the status of the answer. */
  write(webhookUrl: string, message: { from: string; text: string; sid?: string; files?: number; optOutType?: string }): Promise<number>;
  /** Tells what became of a message, at the address that came with it. */
  report(id: string, status: string, errorCode?: number): Promise<number>;
  /** Headers of a post, as Twilio would make it. */
  sign(url: string, fields: Readonly<Record<string, string>>): string;
  close(): Promise<void>;
}

const messages: Readonly<Record<number, string>> = {
  20003: "Authenticate",
  21211: "Invalid 'To' Phone Number",
  21604: "A 'To' phone number is required.",
  21602: "Message body is required.",
  21603: "A 'From' phone number is required.",
  21610: "Attempt to send to unsubscribed recipient",
  21617: "The concatenated message body exceeds the 1600 character limit",
};

/** Twilio's Messages API on this machine, for one account with one number. */
export async function startTwilio({
  accountSid = `AC${"a1".repeat(16)}`,
  authToken = "b2".repeat(16),
  number = "+34600555000",
}: {
  accountSid?: string;
  authToken?: string;
  number?: string;
} = {}): Promise<TwilioSimulator> {
  const sent: (SentSms & { callback?: string; status: string })[] = [];
  const faults: SmsFault[] = [];
  const optedOut = new Set<string>();
  let calls = 0;

  const answer = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): ServerResponse =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
  const refuse = (
    response: ServerResponse,
    status: number,
    code: number,
    message = messages[code] ?? "Error",
    headers: Record<string, string> = {},
  ): ServerResponse => answer(response, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, headers);
  const asResource = ({ id, to, from, text, at, status }: (typeof sent)[number]) => ({
    account_sid: accountSid,
    api_version: "2010-04-01",
    body: text,
    date_created: new Date(at).toUTCString(),
    date_sent: null,
    date_updated: new Date(at).toUTCString(),
    direction: "outbound-api",
    error_code: null,
    error_message: null,
    from,
    messaging_service_sid: null,
    num_media: "0",
    num_segments: "1",
    price: null,
    price_unit: "USD",
    sid: id,
    status,
    subresource_uris: { media: `/2010-04-01/Accounts/${accountSid}/Messages/${id}/Media.json` },
    to,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${id}.json`,
  });

  function create(fields: URLSearchParams, response: ServerResponse): unknown {
    const [to = "", text = "", from = ""] = [fields.get("To") ?? "", fields.get("Body") ?? "", fields.get("From") ?? fields.get("MessagingServiceSid") ?? ""];
    if (to === "") return refuse(response, 400, 21604);
    if (from === "") return refuse(response, 400, 21603);
    if (text === "") return refuse(response, 400, 21602);
    if (!/^\+[1-9]\d{6,14}$/.test(to)) return refuse(response, 400, 21211);
    if (text.length > 1600) return refuse(response, 400, 21617);
    if (optedOut.has(to)) return refuse(response, 400, 21610);
    const fault = faults.shift();
    if (fault === "hang") return undefined;
    if (typeof fault === "object")
      return refuse(
        response,
        fault.status,
        Number(fault.code),
        fault.message,
        fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) },
      );
    const callback = fields.get("StatusCallback");
    const one = {
      id: `SM${randomBytes(16).toString("hex")}`,
      to,
      from,
      text,
      at: Date.now(),
      status: "queued",
      fields: Object.fromEntries(fields),
      ...(callback === null ? {} : { callback }),
    };
    sent.push(one);
    if (fault === "lost") return response.destroy();
    return answer(response, 201, asResource(one));
  }

  const server = await localServer((request, body, response) => {
    calls += 1;
    const url = new URL(request.url ?? "/", "http://twilio");
    const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
    if (request.headers.authorization !== expected) return refuse(response, 401, 20003);
    const base = `/2010-04-01/Accounts/${accountSid}`;
    if (url.pathname === `${base}.json`) return answer(response, 200, { sid: accountSid, status: "active" });
    if (url.pathname !== `${base}/Messages.json`) return refuse(response, 404, 20404, "The requested resource was not found");
    if (request.method === "POST") return create(new URLSearchParams(body), response);
    const wanted = sent.filter(({ to, from }) => (url.searchParams.get("To") ?? to) === to && (url.searchParams.get("From") ?? from) === from);
    const size = Number(url.searchParams.get("PageSize") ?? 50);
    return answer(response, 200, {
      messages: wanted.toReversed().slice(0, size).map(asResource),
      page: 0,
      page_size: size,
      uri: url.pathname,
      first_page_uri: url.pathname,
      next_page_uri: null,
      previous_page_uri: null,
    });
  });

  /** Written apart from the channel: addresses and fields one after the other, keyed with the token. */
  function sign(url: string, fields: Readonly<Record<string, string>>): string {
    const hmac = createHmac("sha1", authToken).update(url);
    for (const name of Object.keys(fields).sort()) hmac.update(name).update(fields[name] ?? "");
    return hmac.digest("base64");
  }
  async function post(url: string, fields: Record<string, string>): Promise<number> {
    const answered = await fetch(url, { method: "POST", headers: { "x-twilio-signature": sign(url, fields) }, body: new URLSearchParams(fields) });
    await answered.body?.cancel();
    return answered.status;
  }

  return {
    url: server.url,
    accountSid,
    authToken,
    number,
    sent,
    calls: () => calls,
    failNext(fault, times = 1) {
      for (let count = 0; count < times; count += 1) faults.push(fault);
    },
    optOut: (one) => void optedOut.add(one),
    write(webhookUrl, { from, text, sid = `SM${randomBytes(16).toString("hex")}`, files = 0, optOutType }) {
      return post(webhookUrl, {
        AccountSid: accountSid,
        ApiVersion: "2010-04-01",
        Body: text,
        From: from,
        MessageSid: sid,
        NumMedia: String(files),
        NumSegments: "1",
        SmsMessageSid: sid,
        SmsStatus: "received",
        To: number,
        ...(optOutType === undefined ? {} : { OptOutType: optOutType }),
      });
    },
    async report(id, status, errorCode) {
      const one = sent.find((message) => message.id === id);
      if (!one?.callback) throw new Error("there is no such message, or it has no StatusCallback");
      return post(one.callback, {
        AccountSid: accountSid,
        ApiVersion: "2010-04-01",
        From: one.from,
        MessageSid: id,
        MessageStatus: status,
        SmsSid: id,
        SmsStatus: status,
        To: one.to,
        ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
      });
    },
    sign,
    close: server.close,
  };
}
