import type { Tool } from "@travelagent/agent-runtime";
import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { GatewayConfig } from "@travelagent/config";
import type { Gateway, GatewayOptions } from "@travelagent/gateway-core";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { TemplateSender } from "@travelagent/templates";
import { createNotifier, type NotificationChannel, type NotificationPorts, notificationTools } from "@travelagent/tools-automation/notifications";
import type { Bookings } from "@travelagent/tools-booking";
import type { AgencyOf, Crm } from "@travelagent/tools-crm";
import type { Papers } from "../papers/papers.ts";

export interface NotificationsOptions {
  config: () => GatewayConfig;
  db: Database;
  work: Work;
  clock: Clock;
  log: Logger;
  /** Those the configuration opened. */
  channels: readonly Pick<ChannelAdapter, "id" | "accountId">[];
  crm: Pick<Crm, "get" | "identities">;
  agencyOf: AgencyOf;
  contact: NonNullable<GatewayOptions["contact"]>;
  templates: Pick<TemplateSender, "rendered" | "allowedAt">;
  bookings: Pick<Bookings, "byReference">;
  papers: Pick<Papers, "file">;
  gateway: () => Pick<Gateway, "writeTo">;
}

export interface OpenedNotifications {
  tools: readonly Tool[];
  /** After the engine and the gateway started. */
  resume(): Promise<void>;
}

/** How agents write to their customer elsewhere: by mail and text message, through consent, quiet hours, budget and outbox. */
export async function openNotifications({
  config,
  db,
  work,
  clock,
  log,
  channels,
  crm,
  agencyOf,
  contact,
  templates,
  bookings,
  papers,
  gateway,
}: NotificationsOptions): Promise<OpenedNotifications> {
  const accountsOf = (channel: NotificationChannel, agency: string | undefined): string[] =>
    channels.filter(({ id, accountId }) => id === channel && agencyOf({ channel, accountId }) === agency).map(({ accountId }) => accountId);

  const ports: NotificationPorts = {
    async recipients(turn, channel) {
      const [accountId] = accountsOf(channel, agencyOf({ channel: turn.channel, accountId: turn.accountId }));
      if (accountId === undefined) return [];
      const here = turn.channel === channel ? [{ channel, accountId: turn.accountId, peerId: turn.peerId }] : [];
      const known = (await crm.identities(turn.customerId!))
        .filter((identity) => identity.channel === channel && identity.verified && identity.removedAt === undefined)
        .map(({ peerId }) => ({ channel, accountId, peerId }));
      return [...here, ...known.filter(({ peerId }) => !here.some((one) => one.peerId === peerId))];
    },
    async render(turn, channel, { name, values }) {
      const { text, subject, purpose, kind } = await templates.rendered({ template: name, values, sessionKey: turn.sessionKey, channel });
      return { text, purpose, kind, ...(subject === undefined ? {} : { subject }) };
    },
    allowedAt: (sessionKey, kind, from) => templates.allowedAt(sessionKey, kind, from),
    async unwanted({ sessionKey, customerId, to, purpose }) {
      if (purpose === "legal") return undefined;
      return contact.refusal(db, { address: { ...to, chatType: "direct" }, customerId, purpose, author: "system", sessionKey });
    },
    async bookingOwner(reference) {
      const stored = await bookings.byReference(reference);
      return stored ? { customerId: stored.order.customerId, sessionKey: stored.order.sessionKey } : null;
    },
    async deliver({ id, to, customerId, text, subject, papers: wanted, purpose }) {
      const files = [];
      for (const { bookingReference, paper } of wanted) {
        const { name, mimeType, bytes } = await papers.file(bookingReference, paper);
        files.push({ bytes, fileName: name, declaredType: mimeType });
      }
      const customer = await crm.get(customerId);
      await gateway().writeTo({
        id: `notification:${id}`,
        address: { ...to, chatType: "direct" },
        customerId,
        displayName: customer?.name ?? to.peerId,
        text,
        files,
        purpose: purpose === "legal" ? "service" : purpose,
        ...(subject === undefined ? {} : { subject }),
      });
    },
  };
  const notifier = createNotifier({ db, work, ports, clock, log, budget: () => config().notifications });
  await notifier.migrate();
  const there = (["email", "sms"] as const).filter((channel) => channels.some(({ id }) => id === channel));
  return { tools: notificationTools({ notifier, ports, channels: there }), resume: () => notifier.resume() };
}
