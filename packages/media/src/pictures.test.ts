import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fitPicture } from "./pictures.ts";
import { samples } from "./testing/samples.ts";

/** Noise does not compress, as the worst photo. */
const noise = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#777777", noise: { type: "gaussian", mean: 128, sigma: 60 } } });

describe("a picture that is made fit", () => {
  it("gets smaller edges, upright, and loses what the camera noted", async () => {
    const photo = await noise(3000, 1000)
      .jpeg()
      .withExif({ IFD0: { Orientation: "6", ImageDescription: "Rua Augusta 12" } })
      .toBuffer();
    const turned = await sharp(photo).withMetadata({ orientation: 6 }).toBuffer();
    const fitted = await fitPicture(turned, { maxEdge: 1500, maxBytes: 6_000_000 });
    expect([fitted.width, fitted.height]).toEqual([500, 1500]);
    expect(fitted.bytes.includes("Rua Augusta")).toBe(false);
    expect((await sharp(fitted.bytes).metadata()).exif).toBe(undefined);
  });

  it("loses quality until it is small enough, and is refused when it never is", async () => {
    const photo = await noise(1200, 1200).png().toBuffer();
    const fitted = await fitPicture(photo, { maxEdge: 1200, maxBytes: 700_000 });
    expect(fitted.bytes.length).toBeLessThanOrEqual(700_000);
    await expect(fitPicture(photo, { maxEdge: 1200, maxBytes: 1_000 })).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  });

  it("is no larger than it was, and white where it was transparent", async () => {
    const fitted = await fitPicture(samples.png);
    expect([fitted.width, fitted.height, fitted.mimeType]).toEqual([1, 1, "image/jpeg"]);
  });

  it("is refused when it is no picture", async () => {
    await expect(fitPicture(samples.pdf)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});
