import type { HostMedia } from "@travelagent/channel-kit";
import type { MediaSource } from "@travelagent/protocol/media";
import type { Attachment, InboundMessage, RefusedAttachment } from "@travelagent/protocol/messages";
import type { Api } from "grammy";
import type { Message } from "grammy/types";
import { waitOf } from "./failure.ts";

/** What came with a message, as Telegram names it. */
export interface SentFile {
  fileId: string;
  /** In words, where it cannot be kept. */
  what: string;
  fileName?: string;
  mimeType?: string;
  voice?: boolean;
  bytes?: number;
}

/** Bots can download files of up to 20 MB (https://core.telegram.org/bots/api#getfile). */
const largest = 20_000_000;

const named = (file: { file_name?: string; mime_type?: string; file_size?: number }): Partial<SentFile> => ({
  ...(file.file_name === undefined ? {} : { fileName: file.file_name }),
  ...(file.mime_type === undefined ? {} : { mimeType: file.mime_type }),
  ...(file.file_size === undefined ? {} : { bytes: file.file_size }),
});

/** The file of a message; of a picture the largest form there is. Stickers are no files: nobody means them as one. */
export function fileOf({ photo, video, voice, video_note, audio, animation, document }: Message): SentFile | undefined {
  const picture = photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  if (picture) return { fileId: picture.file_id, what: "a photo", ...named(picture) };
  if (voice) return { fileId: voice.file_id, what: "a voice message", voice: true, ...named(voice) };
  // An animation says it is a document too.
  const film = video ?? video_note ?? animation;
  if (film) return { fileId: film.file_id, what: "a video", ...named(film) };
  if (audio) return { fileId: audio.file_id, what: "an audio file", ...named(audio) };
  if (document) return { fileId: document.file_id, what: "a file", ...named(document) };
  return undefined;
}

export interface FileReader {
  api: Pick<Api, "getFile">;
  /** `https://api.telegram.org`. */
  apiRoot: string;
  botToken: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

/** A file is downloaded within a minute or the update is asked for again. */
const patienceMs = 60_000;

/**
 * Downloads a file and has it kept. What cannot be had is told as refused; a network that is away rejects, so that the update comes again.
 */
export async function keepFile(
  sent: SentFile,
  message: Pick<InboundMessage, "address" | "senderId">,
  media: HostMedia,
  { api, apiRoot, botToken, fetch: get = fetch, timeoutMs = patienceMs }: FileReader,
): Promise<{ attachments?: Attachment[]; refusedAttachments?: RefusedAttachment[] }> {
  const name = sent.fileName === undefined ? {} : { fileName: sent.fileName };
  const refused = (reason: string) => ({ refusedAttachments: [{ ...name, reason }] });
  if ((sent.bytes ?? 0) > largest) return refused("larger than 20 MB, which Telegram lets no bot read");
  let path: string | undefined;
  try {
    path = (await api.getFile(sent.fileId)).file_path;
  } catch (error) {
    // Gone for good, or too large; everything else may be over in a moment.
    const refusal = error as { error_code?: number; description?: string };
    if (refusal.error_code === 400 && waitOf(error) === undefined) return refused(`Telegram does not hand it out (${refusal.description ?? "400"})`);
    throw error;
  }
  if (path === undefined) return refused("Telegram does not hand it out");
  const answer = await get(`${apiRoot}/file/bot${botToken}/${path.split("/").map(encodeURIComponent).join("/")}`, { signal: AbortSignal.timeout(timeoutMs) });
  if (answer.status === 404 || answer.status === 400) return refused("Telegram does not hand it out any more");
  if (!answer.ok || !answer.body) throw new Error(`Telegram answered a download with ${answer.status}`);
  const source: MediaSource = { bytes: answer.body, ...name, declaredType: sent.mimeType, voice: sent.voice };
  const kept = await media.save(message, [source]);
  return {
    ...(kept.attachments.length > 0 ? { attachments: kept.attachments } : {}),
    ...(kept.refused.length > 0 ? { refusedAttachments: kept.refused } : {}),
  };
}
