import { createEmail, emailPersonalData, type MailServer } from "@travelagent/channel-email";
import type { GatewayConfig } from "@travelagent/config";
import type { Database } from "@travelagent/protocol/ports";
import type { ChannelParts, OpenChannel } from "./channel-parts.ts";

type Given = NonNullable<GatewayConfig["channels"]["email"]>;

/** All accounts of a database share their tables. */
const stored = new WeakSet<Database>();

/** What is there, as the library takes it: absent and undefined are the same. */
const present = <T extends object>(from: T): { [Key in keyof T]: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as never;

const server = (given: NonNullable<Given["imap"]>): MailServer => present(given) as MailServer;

export const openEmail: OpenChannel<Given> = async (given, { accountId, path, db, agencyOf, clock, log }): Promise<ChannelParts | undefined> => {
  const { from, imap, smtp, aliases, oauth, folders, sentFolder, authentication, markSeen, subject, pollSeconds, maxMailBytes } = given;
  if (from === undefined || !imap || !smtp) {
    if (from !== undefined || imap || smtp) log.warn("e-mail needs an address, a server to read and one to send: from, imap and smtp", { path });
    return undefined;
  }
  const adapter = await createEmail({
    from,
    imap: server(imap),
    // A token is one user's.
    smtp: server(oauth && imap.user !== undefined ? { user: imap.user, ...present(smtp) } : smtp),
    db,
    accountId,
    clock,
    ...present({ aliases, folders, sentFolder, markSeen, subject, maxMailBytes }),
    ...(oauth ? { oauth: present(oauth) as { tokenUrl: string; clientId: string; refreshToken: string } } : {}),
    ...(authentication ? { authentication: present(authentication) } : {}),
    ...(pollSeconds === undefined ? {} : { pollMs: pollSeconds * 1000 }),
  });
  const isFirst = !stored.has(db);
  stored.add(db);
  return { adapter, ...(isFirst ? { personalData: [emailPersonalData(db, agencyOf)] } : {}) };
};
