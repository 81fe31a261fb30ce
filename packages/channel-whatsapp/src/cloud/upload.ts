import type { SendContext } from "@travelagent/channel-kit";
import type { Attachment, Receipt } from "@travelagent/protocol/messages";
import type { Graph } from "./graph.ts";
import { refusalOf } from "./graph-error.ts";

/** Gives a file to WhatsApp; the message that shows it then, or why not. Nobody sees a file that no message names, so it may be given twice. */
export async function uploadFile(
  graph: Graph,
  phoneNumberId: string,
  { file, caption }: { file: Attachment; caption?: string },
  { read, signal }: SendContext,
): Promise<{ body: Record<string, unknown> } | Exclude<Receipt, { status: "sent" }>> {
  let bytes: Uint8Array;
  try {
    if (!read) throw new Error("this gateway keeps no files");
    bytes = await read(file);
  } catch {
    return { status: "failed", reason: `the file ${file.fileName ?? file.id} cannot be read; it is tried again`, retryable: true };
  }
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  form.set("type", file.mimeType);
  form.set("file", new Blob([bytes as Uint8Array<ArrayBuffer>], { type: file.mimeType }), file.fileName ?? file.id);
  const answer = await graph.post(`${phoneNumberId}/media`, form, signal);
  if (answer.kind === "done" && typeof answer.body.id === "string") {
    const withName = file.kind === "document" && file.fileName !== undefined ? { filename: file.fileName } : {};
    return { body: { type: file.kind, [file.kind]: { id: answer.body.id, ...(caption === undefined ? {} : { caption }), ...withName } } };
  }
  if (answer.kind === "refused") {
    const receipt = refusalOf(answer.error, answer.httpStatus, answer.retryAfterMs);
    // No message was given yet: nothing about it is unknown.
    return receipt.status === "unknown" ? { status: "failed", reason: receipt.reason, retryable: true } : receipt;
  }
  return { status: "failed", reason: answer.kind === "done" ? "WhatsApp's answer cannot be read" : answer.reason, retryable: true };
}
