import type { Address, InboundMessage } from "@travelagent/protocol/messages";
import {
  type AgencyOfAccount,
  type DataSubject,
  isSameAgency,
  ofAgency,
  type PersonalDataStore,
  personalRows,
  plainContact,
} from "@travelagent/protocol/personal-data";
import type { Database, Row, SqlValue } from "@travelagent/protocol/ports";

type Identity = DataSubject["identities"][number];

/** Without `agencyOf` there is one agency. */
interface AgencyOption {
  agencyOf?: AgencyOfAccount;
}

const oneAgency: AgencyOfAccount = () => undefined;
const accountOf = (row: Row) => ({ channel: String(row.channel), accountId: String(row.account_id) });

const inText = (value: string): string => `%${value.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
const long = (texts: readonly (string | undefined)[]): string[] => texts.filter((text) => text !== undefined && text.trim().length >= 5) as string[];
const isGroup = (row: Row): boolean => (JSON.parse(String(row.address)) as Address).chatType === "group";

/** What this person wrote into conversations of many. */
export async function groupMessagesOf(
  db: Database,
  { identities, sessionKeys }: Pick<DataSubject, "identities" | "sessionKeys">,
  { agencyOf = oneAgency }: AgencyOption = {},
): Promise<{ id: string; sessionKey: string; takenBy: string | undefined; message: InboundMessage }[]> {
  const found = new Map<string, { id: string; sessionKey: string; takenBy: string | undefined; message: InboundMessage }>();
  for (const { channel, peerId, agency } of identities)
    for (const row of await db.all("select * from inbox where channel = ? and message like ? escape '\\' order by received_at, id", channel, inText(peerId))) {
      const message = JSON.parse(String(row.message)) as InboundMessage;
      const sessionKey = String(row.session_key);
      if (message.address.chatType !== "group" || message.senderId !== peerId || sessionKeys.includes(sessionKey)) continue;
      if (!isSameAgency(agencyOf(accountOf(row)), agency)) continue;
      found.set(String(row.id), { id: String(row.id), sessionKey, takenBy: row.taken_by === null ? undefined : String(row.taken_by), message });
    }
  return [...found.values()];
}

/**
 * Messages that came and went, conversations, hand-offs, dead letters and what was used for the person. Of a conversation of many
 * only what the person wrote. Figures of usage stay without the conversation they belonged to. A peer at an account of another agency
 * is somebody else.
 */
export function gatewayPersonalData({ db, agencyOf = oneAgency }: { db: Database } & AgencyOption): PersonalDataStore {
  const rows = personalRows({
    name: "messages",
    db,
    tables: [
      {
        table: "inbox",
        key: ["id"],
        title: "Messages you wrote to us",
        session: "session_key",
        json: ["message"],
        hidden: ["epoch", "seq", "taken_by", "dropped"],
        erase: "delete",
      },
      {
        table: "outbox",
        key: ["id"],
        title: "Messages we wrote to you",
        session: "session_key",
        json: ["message", "address"],
        hidden: ["epoch", "attempts", "next_at", "parts_sent", "said_before"],
        erase: "delete",
      },
      { table: "delivery_part", key: ["delivery_id", "part"], session: "session_key", erase: "delete" },
      { table: "dead_letter", key: ["id"], title: "Requests that we could not answer", session: "session_key", erase: "delete" },
      {
        table: "routing_handoff",
        key: ["id"],
        title: "When another agent took over, and what it was told",
        session: "session_key",
        erase: "delete",
      },
      { table: "routing_assignment", key: ["session_key"], session: "session_key", erase: "delete" },
      { table: "usage_run", key: ["run_id"], session: "session_key", erase: { session_key: "erased" } },
      {
        table: "conversation",
        key: ["session_key"],
        title: "Conversations",
        customer: "customer_id",
        session: "session_key",
        json: ["address"],
        hidden: ["epoch"],
        where: `address not like '%"chatType":"group"%'`,
        erase: "delete",
      },
    ],
  });

  const conversationsWith = async (text: string, where: string, ...values: SqlValue[]): Promise<Row[]> =>
    (await db.all(`select * from conversation where ${where} address like ? escape '\\'`, ...values, inText(text))).filter((row) => !isGroup(row));

  /** Which of the texts that name the person are also those of a peer who writes to another agency. */
  async function sharedWithOthers(
    { identities, identifiers }: Pick<DataSubject, "identities" | "identifiers">,
    own: ReadonlyMap<string, Row>,
  ): Promise<string[]> {
    const shared: string[] = [];
    for (const text of new Set([...identities.map(({ peerId }) => peerId), ...identifiers])) {
      const plain = plainContact(text);
      if (!/[\d@]/.test(plain)) continue;
      const here = identities.filter(({ peerId }) => plainContact(peerId) === plain);
      const known = here.length > 0 ? here : identities;
      const found = (await conversationsWith(plain, "")).some(
        (row) =>
          !own.has(String(row.session_key)) &&
          plainContact((JSON.parse(String(row.address)) as Address).peerId) === plain &&
          known.length > 0 &&
          !known.some(({ agency }) => isSameAgency(agencyOf(accountOf(row)), agency)),
      );
      if (found) shared.push(text);
    }
    return shared;
  }

  return {
    ...rows,

    async discover({ customerIds, identities, identifiers, sessionKeys }) {
      const conversations = new Map<string, Row>();
      const add = (found: readonly Row[]) => {
        for (const row of found) if (!isGroup(row)) conversations.set(String(row.session_key), row);
      };
      for (const id of customerIds) add(await db.all("select * from conversation where customer_id = ?", id));
      for (const key of sessionKeys) add(await db.all("select * from conversation where session_key = ?", key));
      for (const { channel, peerId, agency } of identities)
        add(
          (await conversationsWith(peerId, "channel = ? and", channel)).filter(
            (row) => (JSON.parse(String(row.address)) as Address).peerId === peerId && isSameAgency(agencyOf(accountOf(row)), agency),
          ),
        );
      const keys = new Set(conversations.keys());
      // Whoever was never let in has written all the same.
      for (const { channel, peerId, agency } of identities)
        for (const row of await db.all(
          "select channel, account_id, session_key, message from inbox where channel = ? and message like ? escape '\\' and status = 'ignored'",
          channel,
          inText(peerId),
        )) {
          const { address } = JSON.parse(String(row.message)) as InboundMessage;
          if (address.chatType === "direct" && address.peerId === peerId && isSameAgency(agencyOf(accountOf(row)), agency)) keys.add(String(row.session_key));
        }
      const peers = new Map<string, Identity>();
      const names: (string | undefined)[] = [];
      for (const row of conversations.values()) {
        const { channel, peerId } = JSON.parse(String(row.address)) as Address;
        // Somebody of the agency who tries a chat is no identity of a customer.
        const agency = ofAgency(agencyOf(accountOf(row)));
        if (!peerId.startsWith("operator:")) peers.set(JSON.stringify([channel, peerId, agency]), { channel, peerId, ...agency });
        names.push(String(row.display_name));
      }
      const shared = agencyOf === oneAgency ? [] : await sharedWithOthers({ identities, identifiers }, conversations);
      return {
        sessionKeys: [...keys],
        identities: [...peers.values()],
        identifiers: long(names).filter((name) => ![...peers.values()].some(({ peerId }) => peerId === name)),
        ...(shared.length > 0 ? { shared } : {}),
      };
    },

    async *export(subject, signal) {
      yield* rows.export(subject, signal);
      const said = await groupMessagesOf(db, subject, { agencyOf });
      if (said.length > 0)
        yield {
          path: "groups.json",
          title: "What you wrote in groups",
          content: said.map(({ message: { address, senderName, text, sentAt } }) => ({
            channel: address.channel,
            group: address.peerId,
            ...(senderName === undefined ? {} : { senderName }),
            text,
            sentAt: new Date(sentAt).toISOString(),
          })),
        };
    },

    async erase(subject, request) {
      const said = await groupMessagesOf(db, subject, { agencyOf });
      await db.transaction(async (tx) => {
        for (const { id } of said) await tx.run("delete from inbox where id = ?", id);
      });
      const { removed, held } = await rows.erase(subject, request);
      return { removed: removed + said.length, held };
    },
  };
}
