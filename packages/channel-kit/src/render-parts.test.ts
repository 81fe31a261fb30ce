import type { Attachment, OutboundMessage } from "@travelagent/protocol/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChannelFeatures } from "./adapter.ts";
import { renderParts } from "./render-parts.ts";

const plain: ChannelFeatures = { maxTextLength: 4000, threads: false, cards: false };
const rich: ChannelFeatures = { ...plain, buttons: 3, locations: true, templates: true, media: { document: 1_000_000, image: 1_000_000 } };
const pdf: Attachment = { id: "f1", kind: "document", mimeType: "application/pdf", bytes: 120_000, fileName: "itinerary.pdf" };
const whole: OutboundMessage = {
  text: "Here you are.",
  buttons: [
    { label: "Book it", text: "yes" },
    { label: "No", text: "no" },
  ],
  attachments: [pdf],
  location: { latitude: 38.7742, longitude: -9.1342, name: "Lisbon airport" },
  replyTo: "m-1",
  subject: "Your trip",
};
const confirmation: OutboundMessage = {
  text: "Please check:",
  cards: [
    {
      kind: "confirmation",
      confirmationId: "cf_1",
      title: "Book this flight?",
      lines: ["LH1123 on 12 March", "Ana Silva"],
      total: { amount: "189.40", currency: "EUR" },
      expiresAt: "2027-03-12T10:00:00Z",
      buttons: [{ label: "Confirm", text: "yes", action: { type: "confirm", id: "cf_1" } }],
    },
  ],
};

describe("what a platform shows", () => {
  it("is left as it is", () => {
    expect(renderParts(whole, rich)).toEqual([whole]);
  });

  it("and what it does not show is said in words", () => {
    const [part, ...more] = renderParts(whole, plain);
    expect(more).toEqual([]);
    expect(Object.keys(part!).sort()).toEqual(["replyTo", "subject", "text"]);
    expect(part!.text).toBe(
      [
        "Here you are.",
        '- Book it: answer "yes"\n- Answer "no"',
        "Lisbon airport: https://www.openstreetmap.org/?mlat=38.7742&mlon=-9.1342",
        "Not attached here: itinerary.pdf (120 KB). Ask us to send it another way.",
      ].join("\n\n"),
    );
  });

  it("has as many buttons as it takes; the others are lines", () => {
    const [part] = renderParts(whole, { ...plain, buttons: 1 });
    expect(part!.buttons?.map(({ label }) => label)).toEqual(["Book it"]);
    expect(part!.text).toContain('Answer "no"');
    expect(part!.text).not.toContain("Book it:");
  });

  it("has a card's buttons under its text where there are buttons and no cards", () => {
    const [part] = renderParts(confirmation, rich);
    expect(part!.cards).toBe(undefined);
    expect(part!.buttons?.[0]?.action).toEqual({ type: "confirm", id: "cf_1" });
    for (const said of ["LH1123", "Ana Silva", "189.40 EUR", "Answer YES"]) expect(part!.text).toContain(said);
    expect(renderParts(confirmation, { ...rich, cards: true })[0]!.cards).toEqual(confirmation.cards);
  });

  it("takes no file that is larger than it says, of a kind it does not name, or that nobody can read", () => {
    const video: Attachment = { id: "v", kind: "video", mimeType: "video/mp4", bytes: 10 };
    const large = { ...pdf, bytes: 3_400_000 };
    const [part] = renderParts({ text: "Files", attachments: [pdf, large, video] }, rich);
    expect(part!.attachments).toEqual([pdf]);
    expect(part!.text).toContain("itinerary.pdf (3.4 MB), a file (video) (1 KB)");
    expect(renderParts({ text: "", attachments: [pdf] }, rich, { files: false })[0]).toEqual({
      text: "Not attached here: itinerary.pdf (120 KB). Ask us to send it another way.",
    });
  });

  it("gets a template as one where it knows them, else its words", () => {
    const template = { name: "trip_change", locale: "en", variables: { name: "Ana" } };
    const message = { text: "Hello Ana, your flight changed.", template };
    expect(renderParts(message, rich)).toEqual([message]);
    expect(renderParts(message, plain)).toEqual([{ text: message.text }]);
  });
});

describe("a long message", () => {
  it("is quoted with its first part, and carries what stands below with its last", () => {
    const parts = renderParts({ ...whole, text: "A sentence about a trip. ".repeat(20) }, rich, { textChunkLimit: 120 });
    expect(parts.length).toBeGreaterThan(3);
    for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(120);
    expect(parts.map(({ replyTo }) => replyTo !== undefined).filter(Boolean).length).toBe(1);
    expect(parts[0]!.replyTo).toBe("m-1");
    expect(parts.map(({ buttons }) => buttons !== undefined).lastIndexOf(true)).toBe(parts.length - 1);
    expect(parts.filter(({ attachments }) => attachments).length).toBe(1);
  });

  it("keeps to the shorter of two limits and to the lines", () => {
    const text = Array.from({ length: 40 }, (_, line) => `line ${line}`).join("\n");
    expect(renderParts({ text }, { ...plain, maxTextLength: 50 }, { textChunkLimit: 4000 }).every((part) => part.text.length <= 50)).toBe(true);
    expect(renderParts({ text }, plain, { maxLines: 17 }).every((part) => part.text.split("\n").length <= 17)).toBe(true);
    expect(renderParts({ text: "one\n\ntwo\nthree" }, plain, { chunkMode: "newline" }).map((part) => part.text)).toEqual(["one", "two\nthree"]);
  });

  it("loses nothing whatever the platform can do", () => {
    const features = fc.record({
      maxTextLength: fc.integer({ min: 40, max: 400 }),
      threads: fc.boolean(),
      cards: fc.constant(false),
      buttons: fc.integer({ min: 0, max: 3 }),
      locations: fc.boolean(),
      media: fc.constantFrom({}, { document: 1_000_000 }, { document: 10 }),
    });
    fc.assert(
      fc.property(features, fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 60 }), (channel, words) => {
        const parts = renderParts({ ...whole, ...confirmation, text: words.join(" ") }, channel as ChannelFeatures);
        const said = parts.map(({ text }) => text).join(" ");
        const bare = (text: string) => text.replace(/\s+/g, "");
        expect(bare(said)).toContain(bare(words.join(" ")));
        for (const must of ["LH1123", "AnaSilva", "189.40EUR"]) expect(bare(said)).toContain(must);
        const labels = parts.flatMap(({ buttons = [] }) => buttons.map(({ text }) => text));
        for (const { text } of whole.buttons!)
          expect(labels.includes(text) || bare(said).includes(`answer"${text}"`) || bare(said).includes(`Answer"${text}"`)).toBe(true);
        expect(parts.some(({ attachments }) => attachments !== undefined) || said.includes("itinerary.pdf")).toBe(true);
        expect(parts.some(({ location }) => location !== undefined) || bare(said).includes("38.7742")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
