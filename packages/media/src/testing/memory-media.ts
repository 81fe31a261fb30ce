import { createHash } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import type { Attachment } from "@travelagent/protocol/messages";
import { safeName } from "../file-name.ts";
import { standardLimits } from "../kinds.ts";
import { takeIn } from "../take-in.ts";

/** A media store that forgets everything with the process. */
export function memoryMedia(): MediaStore {
  const files = new Map<string, { sessionKey: string; attachment: Attachment; bytes: Buffer; at: number }>();
  let at = 0;
  return {
    async save(sessionKey, source) {
      const { bytes, kind, mimeType } = await takeIn(source, standardLimits);
      const id = `media_${createHash("sha256").update(sessionKey).update("\0").update(bytes).digest("base64url").slice(0, 32)}`;
      const fileName = safeName(source.fileName);
      const attachment: Attachment = {
        id,
        kind,
        mimeType,
        bytes: bytes.length,
        ...(fileName === undefined ? {} : { fileName }),
        ...(source.voice && kind === "audio" ? { voice: true } : {}),
      };
      at += 1;
      if (!files.has(id)) files.set(id, { sessionKey, attachment, bytes, at });
      return files.get(id)!.attachment;
    },
    async find(sessionKey, id) {
      const file = files.get(id);
      return file?.sessionKey === sessionKey ? file.attachment : null;
    },
    async read(sessionKey, id) {
      const file = files.get(id);
      if (file?.sessionKey !== sessionKey) throw new TravelAgentError("NOT_FOUND", "there is no such file in this conversation");
      return file.bytes;
    },
    async list(sessionKey) {
      return [...files.values()]
        .filter((file) => file.sessionKey === sessionKey)
        .sort((a, b) => b.at - a.at)
        .map(({ attachment, at }) => ({ ...attachment, at }));
    },
  };
}
