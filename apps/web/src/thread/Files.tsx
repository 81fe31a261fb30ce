import type { Attachment } from "@travelagent/protocol/messages";
import { useTexts } from "../texts/texts.ts";
import { isPicture, sizeOf, type ThreadFiles } from "./files.ts";

/** What came with a message: pictures to look at, everything else to save. */
export function Files({ attachments, files }: { attachments: readonly Attachment[]; files: ThreadFiles | undefined }) {
  const texts = useTexts();
  if (attachments.length === 0) return null;
  return (
    <ul className="files">
      {attachments.map((attachment) => {
        const name = attachment.fileName ?? (attachment.voice ? texts.voiceMessage : texts.file);
        const url = files?.urlOf(attachment);
        return (
          <li key={attachment.id}>
            {url === undefined ? (
              <span className="file">{name}</span>
            ) : isPicture(attachment) ? (
              <a href={url} target="_blank" rel="noopener noreferrer" className="file-picture">
                <img src={url} alt={name} loading="lazy" />
              </a>
            ) : (
              <a href={url} download={name} className="file">
                <span className="file-name">{name}</span> <span className="file-size">{sizeOf(attachment.bytes)}</span>
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}
