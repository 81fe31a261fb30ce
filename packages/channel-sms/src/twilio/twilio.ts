import { TravelAgentError } from "@travelagent/protocol";
import type { DeliveryReport } from "@travelagent/protocol/messages";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { textOf, waitOf, withoutAnswer } from "../network.ts";
import { isE164 } from "../numbers.ts";
import type { KeptMessage, SmsEvent, SmsProvider } from "../provider.ts";
import { failureCodeOf, reasonOf, refusedBy } from "./failure.ts";
import { isSigned } from "./signature.ts";

export interface TwilioOptions {
  /** `AC…` */
  accountSid: string;
  authToken: string;
  /** A number in E.164 or a name of up to eleven letters; or a messaging service, which chooses the number. */
  from: string | { messagingServiceSid: string };
  /** The public address that Twilio posts to, exactly as it is set in Twilio: it is part of the signature. Asked for when needed. */
  webhookUrl(): string;
  /** Where Twilio's API is; default Twilio's own. */
  apiRoot?: string;
  clock?: Clock;
}

const arrived: Readonly<Record<string, DeliveryReport["state"]>> = { delivered: "delivered", read: "read", undelivered: "failed", failed: "failed" };

/** Text messages through Twilio's Messages API. */
export function twilio({ accountSid, authToken, from, webhookUrl, apiRoot = "https://api.twilio.com", clock = systemClock }: TwilioOptions): SmsProvider {
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid)) throw new TravelAgentError("CONFIG_INVALID", "the account SID of Twilio has another form than AC and 32 digits");
  if (typeof from === "string" && !isE164(from) && !/^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(from))
    throw new TravelAgentError("CONFIG_INVALID", "what sends must be a number with + and country code, or a name of up to eleven letters and digits");
  const root = `${apiRoot.replace(/\/$/, "")}/2010-04-01/Accounts/${accountSid}`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  const ask = (path: string, init: RequestInit): Promise<Response> =>
    fetch(root + path, { ...init, redirect: "manual", headers: { authorization, accept: "application/json", ...init.headers } });

  return {
    name: "Twilio",
    ...(typeof from === "string" && isE164(from) ? { from } : {}),
    answer: { type: "text/xml; charset=utf-8", body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' },

    async check(signal) {
      let status: number;
      try {
        const response = await ask(".json", { signal });
        status = response.status;
        await response.body?.cancel();
      } catch (error) {
        throw new TravelAgentError("UNAVAILABLE", withoutAnswer("Twilio", error).reason);
      }
      if (status === 401 || status === 403 || status === 404)
        throw new TravelAgentError("CONFIG_INVALID", "Twilio does not know this account SID with this token; copy both from its console once more");
      if (status !== 200) throw new TravelAgentError("UNAVAILABLE", `Twilio answered ${status}`);
    },

    async send({ to, text, ref }, signal) {
      const callback = new URL(webhookUrl());
      callback.searchParams.set("ref", ref);
      const body = new URLSearchParams({
        To: to,
        Body: text,
        StatusCallback: callback.href,
        ...(typeof from === "string" ? { From: from } : { MessagingServiceSid: from.messagingServiceSid }),
      });
      try {
        const response = await ask("/Messages.json", { method: "POST", body, signal });
        const answer = await textOf(response);
        if (!response.ok) return refusedBy(response.status, answer, waitOf(response.headers.get("retry-after"), clock.now()));
        const { sid, error_code: code } = JSON.parse(answer) as { sid?: string; error_code?: number | null };
        if (typeof code === "number") {
          const failure = failureCodeOf(code);
          return { status: "failed", reason: reasonOf(code), retryable: false, ...(failure === undefined ? {} : { code: failure }) };
        }
        return sid === undefined ? { status: "unknown", reason: "Twilio answered without an id" } : { status: "sent", externalId: sid };
      } catch (error) {
        return withoutAnswer("Twilio", error);
      }
    },

    async kept(to, signal) {
      const query = new URLSearchParams({ To: to, PageSize: "50", ...(typeof from === "string" ? { From: from } : {}) });
      const response = await ask(`/Messages.json?${query}`, { signal });
      const answer = await textOf(response);
      if (!response.ok) throw new TravelAgentError("UNAVAILABLE", `Twilio answered ${response.status}`);
      const { messages = [] } = JSON.parse(answer) as { messages?: { sid: string; body: string; date_created: string; direction: string }[] };
      return messages
        .filter(({ direction }) => direction.startsWith("outbound"))
        .map(({ sid, body, date_created }): KeptMessage => ({ externalId: sid, text: body, at: Date.parse(date_created) }));
    },

    async read({ headers, search, body }): Promise<SmsEvent> {
      const fields = new URLSearchParams(body);
      const signed = isSigned(headers["x-twilio-signature"], authToken, webhookUrl() + search, fields);
      if (!signed) throw new TravelAgentError("UNAUTHORIZED", "the signature is not Twilio's, or the public address is another one than Twilio knows");
      if (fields.get("AccountSid") !== accountSid) throw new TravelAgentError("UNAUTHORIZED", "this is about another account of Twilio");
      const externalId = fields.get("MessageSid") ?? "";
      if (externalId === "") throw new TravelAgentError("INVALID_REQUEST", "there is no MessageSid in it");
      const ref = new URLSearchParams(search).get("ref");
      if (ref !== null) return reportOf(fields, externalId, ref, clock.now());
      const word = fields.get("OptOutType")?.toLowerCase();
      return {
        kind: "message",
        externalId,
        from: fields.get("From") ?? "",
        to: fields.get("To") ?? "",
        text: fields.get("Body") ?? "",
        files: Number(fields.get("NumMedia") ?? 0) || 0,
        ...(word === "stop" || word === "start" ? { optWord: word } : {}),
      };
    },
  };
}

function reportOf(fields: URLSearchParams, externalId: string, ref: string, now: number): SmsEvent {
  const state = arrived[fields.get("MessageStatus") ?? ""];
  if (state === undefined) return { kind: "accepted", ref, externalId };
  const error = Number(fields.get("ErrorCode") ?? 0);
  const code = failureCodeOf(error);
  return {
    kind: "report",
    ref,
    report: {
      externalId,
      state,
      at: now,
      ...(state === "failed" ? { reason: error > 0 ? reasonOf(error) : "the carrier did not say why" } : {}),
      ...(state === "failed" && code !== undefined ? { code } : {}),
    },
  };
}
