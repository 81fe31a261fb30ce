import { TravelAgentError } from "@travelagent/protocol";
import { type ImageFacts, imageFacts } from "../system/image-kind.ts";

/** Larger ones are not looked at. */
export const maxPictureBytes = 10_000_000;

export interface Picture extends ImageFacts {
  bytes: Buffer;
}

/**
 * What these bytes are, whatever they are called. `name` is for the words of the errors: `PAYLOAD_TOO_LARGE` (`size` is that of the whole), and
 * `INVALID_REQUEST` for what is no PNG, JPEG, WebP or GIF.
 */
export function pictureOf(bytes: Buffer, name: string, size = bytes.length): Picture {
  if (size > maxPictureBytes)
    throw new TravelAgentError("PAYLOAD_TOO_LARGE", `${name} has ${size} bytes; pictures up to ${maxPictureBytes} can be looked at: make a smaller one`);
  const facts = imageFacts(bytes);
  if (facts) return { ...facts, bytes };
  const isSvg = /<svg[\s>]/i.test(bytes.toString("latin1", 0, 2_000));
  throw new TravelAgentError(
    "INVALID_REQUEST",
    isSvg ? `${name} is an SVG drawing, which is text: read it, or save it as PNG` : `${name} is no picture in PNG, JPEG, WebP or GIF: save it as one of these`,
  );
}
