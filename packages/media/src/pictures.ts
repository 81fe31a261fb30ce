import { TravelAgentError } from "@travelagent/protocol";
import sharp from "sharp";

export interface PictureLimits {
  /** Longest edge in pixels. */
  maxEdge: number;
  maxBytes: number;
}

/** What messengers show well and models read. */
export const standardPicture: PictureLimits = { maxEdge: 2048, maxBytes: 6 * 1024 * 1024 };

/** More pixels than any camera has: whoever sends them wants our memory. */
const maxPixels = 100_000_000;
const qualities = [85, 75, 65, 50, 35];

/**
 * A picture as JPEG within the limits, upright, without what the camera noted about the place. One that fits already and is upright JPEG
 * is only stripped of that. Raises `INVALID_REQUEST` for what is no picture it can read (HEIC among them), `PAYLOAD_TOO_LARGE` when no
 * quality is small enough.
 */
export async function fitPicture(
  bytes: Uint8Array,
  { maxEdge, maxBytes }: PictureLimits = standardPicture,
): Promise<{ bytes: Buffer; mimeType: "image/jpeg"; width: number; height: number }> {
  try {
    const source = sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" }).rotate().flatten({ background: "#ffffff" });
    const scaled = source.resize({ width: maxEdge, height: maxEdge, fit: "inside", withoutEnlargement: true });
    for (const quality of qualities) {
      const { data, info } = await scaled.clone().jpeg({ quality, mozjpeg: true }).toBuffer({ resolveWithObject: true });
      if (data.length <= maxBytes) return { bytes: data, mimeType: "image/jpeg", width: info.width, height: info.height };
    }
  } catch (error) {
    throw new TravelAgentError("INVALID_REQUEST", `this picture cannot be read: ${error instanceof Error ? error.message.split("\n")[0] : "unknown form"}`);
  }
  throw new TravelAgentError("PAYLOAD_TOO_LARGE", `the picture does not get smaller than ${maxBytes} bytes`);
}
