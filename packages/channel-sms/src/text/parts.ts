import { chunkText } from "@travelagent/channel-kit";
import { longestText, plainSigns, sizeOf } from "./encoding.ts";

export interface SmsPart {
  text: string;
  segments: number;
}

/** A text as messages of at most so many segments, cut between paragraphs, sentences or words. */
export function smsParts(text: string, maxSegments: number): SmsPart[] {
  const plain = plainSigns(text);
  return chunkText(plain, { maxLength: longestText(maxSegments, "gsm-7") }).flatMap((chunk) => {
    const { segments } = sizeOf(chunk);
    if (segments <= maxSegments) return [{ text: chunk, segments }];
    return chunkText(chunk, { maxLength: longestText(maxSegments, "ucs-2") - maxSegments }).map((part) => ({ text: part, segments: sizeOf(part).segments }));
  });
}
