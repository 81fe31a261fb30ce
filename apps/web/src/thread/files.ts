import type { Attachment } from "@travelagent/protocol/messages";

/** How a page reaches the files of its conversation. */
export interface ThreadFiles {
  /** Where the file is shown or saved. */
  urlOf(attachment: Pick<Attachment, "id">): string;
  /** Rejects with words for people. */
  upload(file: File, signal: AbortSignal): Promise<Attachment>;
}

export const mostFiles = 10;

/** Over HTTP; who we are, the cookie of the page says. `query` goes with every address. */
export function threadFiles(base: string, { upload = base, query = "" }: { upload?: string; query?: string } = {}): ThreadFiles {
  return {
    urlOf: ({ id }) => `${base}/${id}${query === "" ? "" : `?${query}`}`,
    async upload(file, signal) {
      const name = new URLSearchParams(query);
      name.set("name", file.name);
      const answer = await fetch(`${upload}?${name}`, {
        method: "POST",
        body: file,
        signal,
        headers: { "x-travelagent-csrf": "1", "content-type": file.type || "application/octet-stream" },
      });
      const said = (await answer.json().catch(() => ({}))) as { attachment?: Attachment; error?: { message?: string } };
      if (!answer.ok || !said.attachment) throw new Error(said.error?.message ?? `${answer.status}`);
      return said.attachment;
    },
  };
}

const shown = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);
/** A browser shows it as a picture. */
export const isPicture = ({ mimeType }: Pick<Attachment, "mimeType">): boolean => shown.has(mimeType);

export const sizeOf = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / (1024 * 1024)).toFixed(1)} MB`;

/** A line that names a file, such as the gateway puts behind a message's words for those who see no files. */
const fileLine = /^\[[^\]\n]*, (media_[\w-]{32})\]$/;

/** The words without the lines of files that are shown themselves. */
export function wordsBeside(text: string, attachments: readonly Pick<Attachment, "id">[]): string {
  if (attachments.length === 0) return text;
  const lines = text.split("\n");
  return lines
    .filter((line) => !attachments.some(({ id }) => fileLine.exec(line)?.[1] === id))
    .join("\n")
    .trim();
}
