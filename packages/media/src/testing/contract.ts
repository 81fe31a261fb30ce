import type { MediaStore } from "@travelagent/protocol/media";
import type { Runner } from "@travelagent/protocol/testing";
import { samples } from "./samples.ts";

export interface MediaBench {
  media: MediaStore;
  close?(): Promise<void>;
}

const ana = "agent:main:telegram:dm:1";
const ben = "agent:main:telegram:dm:2";

/** What every media store keeps to. */
export function mediaContract({ describe, it, expect }: Runner, name: string, open: () => Promise<MediaBench>): void {
  const rule = (sentence: string, body: (bench: MediaBench) => Promise<void>) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await body(bench);
      } finally {
        await bench.close?.();
      }
    });
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "kept",
      (error: { code?: string }) => error.code,
    );

  describe(`media contract: ${name}`, () => {
    rule("gives back what was stored, with its type by the bytes", async ({ media }) => {
      const kept = await media.save(ana, { bytes: samples.png, fileName: "../../etc/pass\u202egnp.pdf", declaredType: "application/pdf" });
      expect(kept).toMatchObject({ kind: "image", mimeType: "image/png", bytes: samples.png.length, fileName: "passgnp.pdf" });
      expect(Buffer.from(await media.read(ana, kept.id)).equals(samples.png)).toBe(true);
      expect(await media.find(ana, kept.id)).toEqual(kept);
    });

    rule("reads a stream, and knows a voice message", async ({ media }) => {
      const parts = async function* () {
        yield samples.ogg.subarray(0, 10);
        yield samples.ogg.subarray(10);
      };
      expect(await media.save(ana, { bytes: parts(), voice: true })).toMatchObject({ kind: "audio", mimeType: "audio/ogg", voice: true });
    });

    rule("hands nothing to another conversation", async ({ media }) => {
      const kept = await media.save(ana, { bytes: samples.pdf, fileName: "visa.pdf" });
      expect(await media.find(ben, kept.id)).toBe(null);
      expect(await codeOf(media.read(ben, kept.id))).toBe("NOT_FOUND");
      expect(await media.list(ben)).toEqual([]);
      const same = await media.save(ben, { bytes: samples.pdf, fileName: "visa.pdf" });
      expect(same.id === kept.id).toBe(false);
    });

    rule("keeps the same bytes of a conversation once", async ({ media }) => {
      const [first, again] = [await media.save(ana, { bytes: samples.text }), await media.save(ana, { bytes: samples.text })];
      expect(again.id).toBe(first.id);
      expect((await media.list(ana)).length).toBe(1);
    });

    rule("takes no programs, pages, drawings with scripts or empty files", async ({ media }) => {
      for (const bytes of [samples.program, samples.page, samples.drawing, new Uint8Array()])
        expect(await codeOf(media.save(ana, { bytes, fileName: "holiday.png", declaredType: "image/png" }))).toBe("INVALID_REQUEST");
      expect(await media.list(ana)).toEqual([]);
    });

    rule("stops reading what is too large", async ({ media }) => {
      let given = 0;
      const endless = async function* () {
        yield samples.png;
        for (;;) {
          given += 1;
          yield new Uint8Array(1024 * 1024);
        }
      };
      expect(await codeOf(media.save(ana, { bytes: endless() }))).toBe("PAYLOAD_TOO_LARGE");
      expect(given < 10).toBe(true);
    });

    rule("keeps no text with a card number in it", async ({ media }) => {
      expect(await codeOf(media.save(ana, { bytes: Buffer.from("my card is 4111 1111 1111 1111") }))).toBe("INVALID_REQUEST");
    });
  });
}
