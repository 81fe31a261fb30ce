import type { ChannelHost } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import { peerOf, whatsappChannel } from "../address.ts";
import type { Sends } from "../sends.ts";
import { accountNews } from "./account-news.ts";
import type { AccountState } from "./account-state.ts";
import { withFile } from "./files.ts";
import type { Graph } from "./graph.ts";
import { inboundOf } from "./inbound.ts";
import { reportOf } from "./statuses.ts";
import { type CloudChange, CloudMessage, CloudStatus } from "./webhook.ts";

export interface ChangesOptions {
  accountId: string;
  phoneNumberId: string;
  graph: Graph;
  sends: Sends;
  state: AccountState;
  /** Names of WhatsApp's templates that this account uses. */
  templates: ReadonlySet<string>;
  /** A customer's message came: what typing and reading refer to. */
  onMessage(peerId: string, messageId: string): void;
}

/** Takes in what changed for one number. Resolves when it is durable; rejects when it cannot be stored now. */
export async function takeChange({ field, value }: CloudChange, host: ChannelHost, options: ChangesOptions): Promise<void> {
  const { accountId, phoneNumberId, graph, sends, state, templates, onMessage } = options;

  const readable = <T>(schema: { safeParse(given: unknown): { success: true; data: T } | { success: false } }, given: readonly unknown[] | undefined): T[] =>
    (given ?? []).flatMap((one) => {
      const read = schema.safeParse(one);
      if (read.success) return [read.data];
      host.log.warn("something in a post of WhatsApp has a form that is not known; it was passed over", { accountId, field });
      return [];
    });

  async function message(given: CloudMessage, names: ReadonlyMap<string, string>): Promise<void> {
    const read = inboundOf(given, { accountId, names });
    if (!read) return;
    onMessage(read.message.address.peerId, given.id);
    await host.receive(await withFile(read, graph, host, phoneNumberId)).catch(passOver);
  }

  async function echo({ id, to, text, timestamp, ...rest }: CloudMessage): Promise<void> {
    if (to === undefined || !host.personWrote) return;
    const caption = rest.image?.caption ?? rest.video?.caption ?? rest.document?.caption;
    await host
      .personWrote({
        address: { channel: whatsappChannel, accountId, chatType: "direct", peerId: peerOf(to) },
        externalId: id,
        text: text?.body ?? caption ?? `(sent ${rest.type === "image" ? "a photo" : `something of the kind "${rest.type}"`})`,
        sentAt: Number(timestamp) * 1000,
      })
      .catch(passOver);
  }

  const names = new Map((value.contacts ?? []).flatMap(({ wa_id, profile }) => (wa_id === undefined ? [] : ([[wa_id, profile?.name ?? ""]] as const))));
  // One person's messages in their order, people beside each other: a file of one holds up nobody else.
  const bySender = Map.groupBy(readable(CloudMessage, value.messages), ({ from }) => from);
  const outcomes = await Promise.allSettled([
    ...[...bySender.values()].map(async (own) => {
      for (const one of own) await message(one, names);
    }),
    (async () => {
      for (const one of readable(CloudMessage, value.message_echoes)) await echo(one);
    })(),
    (async () => {
      for (const one of readable(CloudStatus, value.statuses)) {
        const report = await reportOf(one, sends);
        if (report) await host.delivered?.(report).catch(passOver);
      }
    })(),
  ]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  accountNews({ field, value }, state, templates, (text, fields) => host.log.warn(text, { accountId, ...fields }));
}

/** Who is not admitted is on record; WhatsApp need not deliver it again. */
function passOver(error: unknown): void {
  if (!TravelAgentError.is(error) || error.retryable) throw error;
}
