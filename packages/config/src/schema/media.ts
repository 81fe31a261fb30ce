import * as z from "zod";

const mb = (most: number) => z.int().min(1).max(most).optional();

export const media = z.strictObject({
  maxMb: z
    .strictObject({ image: mb(50), audio: mb(100), video: mb(100), document: mb(100) })
    .default({})
    .describe("Largest file of each kind that is kept, in MB. Default 6 for pictures, 16 for recordings and films, 25 for documents."),
});
