import type { ImapFlow } from "imapflow";
import { markIn, ownMark } from "../outgoing/own-mark.ts";

/** The folder with sent mail: the one named, else the one the server marks so. Undefined when there is none. */
export async function findSentFolder(client: ImapFlow, wanted: string | undefined): Promise<string | undefined> {
  const folders = await client.list();
  if (wanted !== undefined) return folders.find(({ path }) => path === wanted)?.path;
  return folders.find(({ specialUse }) => specialUse === "\\Sent")?.path;
}

/** Whether a mail of ours is in the open folder, by its Message-ID, or by our mark where its provider gave it another one. */
export async function isInFolder(client: ImapFlow, messageId: string): Promise<boolean> {
  for (const header of [{ "message-id": messageId }, { [ownMark]: markIn(messageId) }] as Record<string, string>[])
    if (((await client.search({ header }, { uid: true })) || []).length > 0) return true;
  return false;
}

/** Some servers put there themselves what goes out through them: Gmail's. */
export const keepsSentMail = (client: ImapFlow): boolean => client.capabilities.has("X-GM-EXT-1");

export async function putInSent(client: ImapFlow, folder: string, messageId: string, mail: Buffer, at: Date): Promise<void> {
  if (keepsSentMail(client) || (await isInFolder(client, messageId))) return;
  await client.append(folder, mail, ["\\Seen"], at);
}
