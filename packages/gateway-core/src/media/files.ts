import type { HostMedia } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { MediaSource, MediaStore } from "@travelagent/protocol/media";
import type { Attachment, InboundMessage, RefusedAttachment } from "@travelagent/protocol/messages";
import type { Logger } from "@travelagent/protocol/ports";

/** So many come with one message at most; what is more is told as refused. */
export const mostFiles = 10;

export interface FilesOptions {
  media: MediaStore;
  /** The session a message of this address goes to. */
  sessionKeyOf(message: Pick<InboundMessage, "address" | "senderId">): Promise<string>;
  log: Logger;
}

/** Files that come in: looked at, kept in the conversation they came to, and taken from nowhere else. */
export interface Files {
  /** What adapters hand over. A storage that cannot write rejects with `UNAVAILABLE`: let the platform deliver again. */
  host: HostMedia;
  /** Keeps what somebody of the agency, a visitor or a program brings. */
  save(sessionKey: string, sources: readonly MediaSource[]): Promise<{ attachments: Attachment[]; refused: RefusedAttachment[] }>;
  /** Those that are stored in this conversation, as they are stored; another's are left out. */
  own(sessionKey: string, attachments: readonly Pick<Attachment, "id">[]): Promise<Attachment[]>;
}

const isTheirs = (error: unknown): error is TravelAgentError =>
  TravelAgentError.is(error, "PAYLOAD_TOO_LARGE") || TravelAgentError.is(error, "INVALID_REQUEST");

export function createFiles({ media, sessionKeyOf, log }: FilesOptions): Files {
  const files: Files = {
    async save(sessionKey, sources) {
      const attachments: Attachment[] = [];
      const refused: RefusedAttachment[] = [];
      for (const [at, source] of sources.entries()) {
        const named = source.fileName === undefined ? {} : { fileName: source.fileName };
        if (at >= mostFiles) {
          refused.push({ ...named, reason: `more than ${mostFiles} files came at once` });
          continue;
        }
        try {
          const kept = await media.save(sessionKey, source);
          if (!attachments.some(({ id }) => id === kept.id)) attachments.push(kept);
        } catch (error) {
          if (!isTheirs(error)) throw error;
          log.info("a file was not kept", { reason: error.message });
          refused.push({ ...named, reason: error.message });
        }
      }
      return { attachments, refused };
    },
    host: { save: async (message, sources) => files.save(await sessionKeyOf(message), sources) },
    async own(sessionKey, attachments) {
      const found = await Promise.all(attachments.slice(0, mostFiles).map(({ id }) => media.find(sessionKey, id)));
      return found.filter((one) => one !== null);
    },
  };
  return files;
}
