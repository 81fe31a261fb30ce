import { createSms, createSmsLedger, type SmsLedger, type SmsProvider, smsPersonalData, sns, twilio } from "@travelagent/channel-sms";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";
import type { ChannelContext, ChannelParts, OpenChannel } from "./channel-parts.ts";

/** A text message and what a platform says about it. SNS sends no more than that in one post. */
const maxBodyBytes = 256 * 1024;

type Given = NonNullable<GatewayConfig["channels"]["sms"]>;

/** All accounts of a database share one. */
const ledgers = new WeakMap<Database, SmsLedger>();

async function ledgerOf(db: Database, clock: Clock): Promise<{ ledger: SmsLedger; isNew: boolean }> {
  const known = ledgers.get(db);
  if (known) return { ledger: known, isNew: false };
  const ledger = createSmsLedger({ db, clock });
  ledgers.set(db, ledger);
  await ledger.migrate();
  return { ledger, isNew: true };
}

export const openSms: OpenChannel<Given> = async (given, context): Promise<ChannelParts | undefined> => {
  const { accountId, path, clock, db } = context;
  const route = accountId === "default" ? "/webhooks/sms" : `/webhooks/sms/${accountId}`;
  const provider = providerOf(given, context, route);
  if (!provider) return undefined;
  if (given.countries === undefined && provider.from === undefined)
    throw new TravelAgentError("CONFIG_INVALID", `${path}.countries is missing: no number says where messages may go; name countries, such as ["ES"]`);
  const { ledger, isNew } = await ledgerOf(db, clock);
  const { segmentsPerDay, segmentsPerRecipientHour } = given.budget ?? {};
  const sms = createSms({
    provider,
    ledger,
    accountId,
    clock,
    budget: {
      ...(segmentsPerDay === undefined ? {} : { perDay: segmentsPerDay }),
      ...(segmentsPerRecipientHour === undefined ? {} : { perRecipientHour: segmentsPerRecipientHour }),
    },
    ...(given.countries === undefined ? {} : { countries: given.countries }),
    ...(given.maxSegments === undefined ? {} : { maxSegments: given.maxSegments }),
  });
  return {
    adapter: sms,
    ...(isNew ? { personalData: [smsPersonalData({ db })] } : {}),
    routes: [
      {
        method: "POST",
        path: route,
        auth: "none",
        async handle(request) {
          const body = await request.body(maxBodyBytes, 10_000);
          const answer = await sms.receiveWebhook({ headers: request.headers, search: request.url.search, body: body.toString("utf8") });
          return { headers: { "content-type": answer.type, "cache-control": "no-store" }, body: answer.body };
        },
      },
    ],
  };
};

/** Undefined where nothing of a platform is said. */
function providerOf(given: Given, { path, publicUrl, clock }: ChannelContext, route: string): SmsProvider | undefined {
  const { provider = given.accountSid === undefined ? (given.region === undefined ? undefined : "sns") : "twilio", from, baseUrl } = given;
  if (provider === undefined) return undefined;
  const missing = (key: string): never => {
    throw new TravelAgentError("CONFIG_INVALID", `${path}.${key} is missing; ${provider} needs it`);
  };
  if (provider === "twilio") {
    const { accountSid = missing("accountSid"), authToken = missing("authToken"), messagingServiceSid } = given;
    return twilio({
      accountSid,
      authToken,
      from: messagingServiceSid === undefined ? (from ?? missing("from")) : { messagingServiceSid },
      webhookUrl: () => publicUrl() + route,
      clock,
      ...(baseUrl === undefined ? {} : { apiRoot: baseUrl }),
    });
  }
  const { region = missing("region"), accessKeyId = missing("accessKeyId"), secretAccessKey = missing("secretAccessKey"), sessionToken } = given;
  const { topicArn, deliveryTopicArn, maxPriceUsd } = given;
  return sns({
    region,
    keys: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    clock,
    ...(from === undefined ? {} : { from }),
    ...(topicArn === undefined ? {} : { topicArn }),
    ...(deliveryTopicArn === undefined ? {} : { deliveryTopicArn }),
    ...(maxPriceUsd === undefined ? {} : { maxPriceUsd }),
    ...(baseUrl === undefined ? {} : { endpoint: baseUrl }),
  });
}
