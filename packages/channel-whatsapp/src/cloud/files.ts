import type { ChannelHost } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Attachment, InboundMessage, RefusedAttachment } from "@travelagent/protocol/messages";
import type { Graph } from "./graph.ts";
import type { CloudFile, Read } from "./inbound.ts";

/** Above what WhatsApp lets anybody send; a file that says less and has more is cut off here. */
const maxBytes = 100 * 1024 * 1024;
/** WhatsApp waits for us meanwhile, and delivers again what takes too long. */
const fetchWithinMs = 15_000;

/** The message with its file kept, or with words about what came and could not be kept. Never rejects for a file. */
export async function withFile({ message, file }: Read, graph: Graph, host: ChannelHost, phoneNumberId: string): Promise<InboundMessage> {
  if (!file) return message;
  const { media } = host;
  if (!media) return { ...message, text: message.text === "" ? `(sent ${file.what})` : `${message.text}\n(sent ${file.what})` };
  const kept = await keep(file, message, media, graph, phoneNumberId);
  if ("attachments" in kept && kept.attachments.length > 0)
    return { ...message, attachments: kept.attachments, ...(kept.refused.length > 0 ? { refusedAttachments: kept.refused } : {}) };
  const { refused } = kept;
  return { ...message, text: message.text === "" ? `(sent ${file.what})` : message.text, refusedAttachments: refused };
}

async function keep(
  file: CloudFile,
  message: InboundMessage,
  media: NonNullable<ChannelHost["media"]>,
  graph: Graph,
  phoneNumberId: string,
): Promise<{ attachments: Attachment[]; refused: RefusedAttachment[] }> {
  const named = file.fileName === undefined ? {} : { fileName: file.fileName };
  const signal = AbortSignal.timeout(fetchWithinMs);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const bytes = await open(file.id, graph, phoneNumberId, signal);
      return await media.save(message, [{ bytes, ...named, declaredType: file.declaredType, voice: file.voice }]);
    } catch (error) {
      const code = TravelAgentError.is(error) ? error.code : undefined;
      if (code === "PAYLOAD_TOO_LARGE") return { attachments: [], refused: [{ ...named, reason: "larger than 100 MB" }] };
      if (attempt < 2 && !signal.aborted && code !== "FORBIDDEN" && code !== "NOT_FOUND") continue;
      const reason =
        code === "NOT_FOUND"
          ? "WhatsApp does not have it any more"
          : code === "FORBIDDEN"
            ? "it is not with WhatsApp"
            : "it could not be fetched from WhatsApp";
      return { attachments: [], refused: [{ ...named, reason }] };
    }
  }
}

async function open(id: string, graph: Graph, phoneNumberId: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const about = await graph.get(`${encodeURIComponent(id)}?phone_number_id=${encodeURIComponent(phoneNumberId)}`, signal);
  if (about.kind === "refused" && about.httpStatus < 500 && about.httpStatus !== 429)
    throw new TravelAgentError("NOT_FOUND", "WhatsApp does not know this file");
  if (about.kind !== "done" || typeof about.body.url !== "string") throw new TravelAgentError("UNAVAILABLE", "WhatsApp does not say where the file is");
  if (Number(about.body.file_size) > maxBytes) throw new TravelAgentError("PAYLOAD_TOO_LARGE", "the file is larger than 100 MB");
  return upTo(maxBytes, await graph.download(about.body.url, signal));
}

async function* upTo(limit: number, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.length;
    if (read > limit) throw new TravelAgentError("PAYLOAD_TOO_LARGE", "the file is larger than 100 MB");
    yield chunk;
  }
}
