import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import type { GatewayOptions } from "@travelagent/gateway-core";
import {
  asLocale,
  type Consents,
  consentPersonalData,
  consentRetention,
  createDisclosures,
  createOptOut,
  type Disclosures,
  type OptOutMode,
  openConsents,
  type Who,
} from "@travelagent/privacy";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import type { PersonalDataStore, RetentionStore } from "@travelagent/protocol/personal-data";
import { hasBooked } from "@travelagent/tools-booking";
import type { Crm } from "@travelagent/tools-crm";
import { ownSecret } from "../configuration/own-file.ts";
import { agenciesOf } from "./agencies.ts";
import { consentHandlers } from "./consent-handlers.ts";
import { consentTools } from "./consent-tools.ts";
import type { CustomersOptions } from "./open-customers.ts";

type Contact = NonNullable<GatewayOptions["contact"]>;

export interface OpenedConsent {
  consents: Consents;
  disclosures: Disclosures;
  /** For the gateway: what may be sent, and what has to be said. */
  contact: Contact;
  tools: readonly Tool[];
  handlers: Handlers;
  personalData: PersonalDataStore;
  retention: RetentionStore;
}

/** On these, people see that nothing is sent to them unasked: only words that mean nothing else count, and end advertising. */
const ownPages = new Set(["webchat", "portal"]);

/** What customers want to hear, and that a machine answers them. */
export async function openConsent({ config, paths, db, clock, crm, sessions }: CustomersOptions & { crm: Crm }): Promise<OpenedConsent> {
  const secret = ownSecret(join(paths.credentials, "consents.key"));
  const consents = await openConsents({
    db,
    clock,
    secret,
    optIn: () => config().privacy.consent.optIn as NonNullable<ReturnType<NonNullable<Parameters<typeof openConsents>[0]["optIn"]>>>,
    isExistingCustomer: (customerIds, from) => hasBooked(from, customerIds),
  });
  const disclosures = createDisclosures({
    db,
    clock,
    settings: () => {
      const { privacy, agency } = config();
      const { enabled, text, repeatAfterDays } = privacy.disclosure;
      return { enabled, repeatAfterDays, agencyName: agency.name, locale: asLocale(agency.locale) ?? "en", ...(text === undefined ? {} : { text }) };
    },
  });
  const modeOf = (channel: string): OptOutMode =>
    channel === "api" ? "off" : (config().privacy.optOut.channels[channel] ?? (ownPages.has(channel) ? "marketing" : "channel"));
  const optOut = createOptOut({ consents, modeOf, words: () => config().privacy.optOut.words });

  const brand = (address: Pick<Address, "channel" | "accountId">): { agency?: string } => {
    const agency = agenciesOf(config())(address);
    return agency === undefined ? {} : { agency };
  };
  const whoAt = (address: Pick<Address, "channel" | "accountId" | "peerId">, customerId: string | undefined): Who => ({
    ...brand(address),
    identities: [{ channel: address.channel, peerId: address.peerId }],
    ...(customerId === undefined ? {} : { customerIds: [customerId] }),
  });
  const languageOf = async (customerId: string | undefined): Promise<string | undefined> =>
    customerId === undefined ? undefined : (await crm.get(customerId))?.language;

  const contact: Contact = {
    wordIn({ address, text, sentAt }) {
      const { channel, peerId } = address;
      const word = optOut.wordIn({ channel, text });
      return (
        word && {
          async hear(tx, { messageId, sessionKey, customerId }) {
            const locale = await disclosures.localeIn(sessionKey, tx);
            return optOut.heard(tx, word, {
              ...brand(address),
              channel,
              peerId,
              text,
              messageId,
              // A platform's clock that is ahead must not keep the person from being heard.
              at: Math.min(sentAt, clock.now()),
              ...(customerId === undefined ? {} : { customerId }),
              ...(locale === undefined ? {} : { locale }),
            });
          },
        }
      );
    },
    async refusal(tx, { address, customerId, purpose }) {
      const verdict = await consents.mayContact(whoAt(address, customerId), address.channel, purpose, tx);
      return verdict.allowed ? undefined : `${verdict.code}: ${verdict.reason}`;
    },
    async declinesAgent(address, customerId) {
      if (address.chatType === "group") return undefined;
      const verdict = await consents.mayContact(whoAt(address, customerId), address.channel, "ai-assistance");
      if (verdict.allowed) return undefined;
      // An answer could not go out: what a model says and does for it would be for nothing.
      return verdict.code === "opted-out"
        ? "the customer wrote STOP, so nothing goes out here until they write START"
        : "the customer wants no answers of a machine";
    },
    async disclosure({ runId, sessionKey, epoch, customerId, said }) {
      const language = await languageOf(customerId);
      const reply = { sessionKey, messageId: runId, epoch, ...(language === undefined ? {} : { language }), ...(said === undefined ? {} : { said }) };
      const due = await disclosures.due(reply);
      return due && { text: due.text, shown: (tx) => disclosures.shown(tx, reply, due) };
    },
    known: (address, customerId) => consents.adopt({ ...brand(address), channel: address.channel, peerId: address.peerId }, customerId),
  };

  /** A record is known at all its verified addresses. */
  const whoIs = async ({ customerId, channel, peerId, agency }: { customerId?: string; channel?: string; peerId?: string; agency?: string }): Promise<Who> => {
    const customer = customerId === undefined ? null : await crm.get(customerId);
    if (customerId !== undefined && !customer) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    const brandOf = agency ?? customer?.agency;
    if (peerId !== undefined && channel === undefined) throw new TravelAgentError("INVALID_REQUEST", "say on which channel this address is");
    const own = customerId === undefined ? [] : (await crm.identities(customerId)).filter(({ verified }) => verified);
    const identities = [
      ...own.map((one) => ({ channel: one.channel, peerId: one.peerId })),
      ...(channel !== undefined && peerId !== undefined ? [{ channel, peerId }] : []),
    ];
    return { identities, ...(customerId === undefined ? {} : { customerIds: [customerId] }), ...(brandOf === undefined ? {} : { agency: brandOf }) };
  };

  return {
    consents,
    disclosures,
    contact,
    tools: consentTools({ consents, brand, agencyName: () => config().agency.name, languageOf }),
    handlers: consentHandlers({
      consents,
      disclosures,
      whoIs,
      sessionsOf: async (customerId) => (await sessions.list({ customerId, limit: 200 })).sessions.map(({ key }) => key),
    }),
    personalData: consentPersonalData({ db, clock, secret, keepWithdrawalsDays: () => config().privacy.retention.consents }),
    retention: consentRetention({ db }),
  };
}
