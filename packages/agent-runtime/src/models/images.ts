import { TravelAgentError } from "@travelagent/protocol";
import type { Model, ModelImage, ModelRequest } from "../model.ts";

/** What a vendor takes of pictures. */
export interface ImageLimits {
  formats?: readonly ModelImage["mimeType"][];
  /** Of one picture in base64. */
  maxEncodedBytes?: number;
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** Raises `MODEL_REJECTED` for pictures before a model that sees none, and for those that its vendor would refuse. */
export function checkImages(
  { images = [], messages }: ModelRequest,
  { provider, id, seesImages }: Pick<Model, "provider" | "id" | "seesImages">,
  limits: ImageLimits = {},
): void {
  if (images.length === 0) return;
  const reject = (why: string): never => {
    throw new TravelAgentError("MODEL_REJECTED", why, { details: { provider } });
  };
  if (!seesImages)
    reject(
      `${provider}/${id} is not known to see pictures: ask a model that does, or set input: ["text", "image"] for it in models.providers.${provider}.models`,
    );
  if (!messages.some(({ role }) => role === "user")) reject("a picture goes with a user message, and this request has none");
  const { formats, maxEncodedBytes = Number.POSITIVE_INFINITY } = limits;
  for (const { mimeType, data } of images) {
    if (formats && !formats.includes(mimeType)) reject(`${provider} does not take ${mimeType}: use ${formats.join(", ")}`);
    if (data.length > maxEncodedBytes)
      reject(
        `${provider} takes pictures up to ${megabytes((maxEncodedBytes * 3) / 4)}, and this one has ${megabytes((data.length * 3) / 4)}: make it smaller, or send a part of it`,
      );
  }
}

/** The form of an address that carries the picture itself. */
export const dataUrl = ({ mimeType, data }: ModelImage): string => `data:${mimeType};base64,${data}`;
