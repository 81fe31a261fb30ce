import { type GivenFile, TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Files } from "./files.ts";

/** What a client sends with a message: files it uploaded before, or small ones as they are. Raises `UNAVAILABLE` where none are kept. */
export async function broughtFiles(
  files: Files | undefined,
  sessionKey: string,
  given: readonly GivenFile[] | undefined,
): Promise<Pick<InboundMessage, "attachments" | "refusedAttachments">> {
  if (!given?.length) return {};
  if (!files) throw new TravelAgentError("UNAVAILABLE", "this gateway keeps no files; send the words alone");
  const uploaded = given.flatMap((file) => ("id" in file ? [{ id: file.id }] : []));
  const known = await files.own(sessionKey, uploaded);
  if (known.length < uploaded.length) throw new TravelAgentError("NOT_FOUND", "one of these files is not in this conversation: upload it again");
  const sources = given.flatMap((file) =>
    "id" in file ? [] : [{ bytes: Buffer.from(file.content.replace(/^data:[^,]*,/, ""), "base64"), declaredType: file.mimeType, fileName: file.fileName }],
  );
  const { attachments, refused } = await files.save(sessionKey, sources);
  const all = [...known, ...attachments];
  return { ...(all.length > 0 ? { attachments: all } : {}), ...(refused.length > 0 ? { refusedAttachments: refused } : {}) };
}
