import { createHash } from "node:crypto";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import { fakeClock } from "@travelagent/protocol/testing";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { createDownloads } from "./downloads.ts";
import { exportPerson } from "./export-person.ts";

const subject = { customerIds: ["cus_1"], sessionKeys: [], bookingIds: [], identities: [], identifiers: ["ana@example.com", "Ana <Silva>"] };
const signal = new AbortController().signal;
const erase = async () => ({ removed: 0, held: [] });

const stores: PersonalDataStore[] = [
  {
    name: "customer",
    erase,
    async *export() {
      yield { path: "record.json", title: "Your record", content: { name: "Ana" } };
      yield { path: "../../etc/passwd", title: "Your record", content: "no way out" };
    },
  },
  {
    name: "papers",
    erase,
    async *export() {
      yield { path: "invoice 1.pdf", title: "Invoices & more", content: new Uint8Array([1, 2, 3]) };
    },
  },
];

const whole = async (source: AsyncIterable<Uint8Array>) => {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
};

describe("export of a person", () => {
  it("is a zip with a page to begin with, and a checksum of each file", async () => {
    const files = unzipSync(await whole(exportPerson({ stores, subject, agency: "Viajes <Sol>", now: 0, signal })));
    expect(Object.keys(files)).toEqual(["customer/record.json", "customer/_/_/etc/passwd", "papers/invoice 1.pdf", "index.html", "manifest.json"]);
    const manifest = JSON.parse(Buffer.from(files["manifest.json"]!).toString()) as { files: { path: string; sha256: string; bytes: number }[] };
    for (const { path, sha256, bytes } of manifest.files) {
      expect([path, files[path]!.length]).toEqual([path, bytes]);
      expect([path, createHash("sha256").update(files[path]!).digest("hex")]).toEqual([path, sha256]);
    }
    const page = Buffer.from(files["index.html"]!).toString();
    expect(page).toContain('<a href="papers/invoice%201.pdf">invoice 1.pdf</a>');
    expect(page).toContain("Invoices &#38; more");
    expect(page).not.toContain("<Sol>");
    expect(page).not.toContain("<Silva>");
  });

  it("is the same bytes for the same data", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => whole(exportPerson({ stores, subject, agency: "A", now: 0, signal }))));
    expect(one!.equals(two!)).toBe(true);
  });
});

describe("a download", () => {
  const make = (chunks: number, size = 100_000) =>
    async function* (abort: AbortSignal) {
      for (let index = 0; index < chunks; index++) {
        abort.throwIfAborted();
        yield new Uint8Array(size).fill(index);
      }
    };

  it("comes part by part; a part whose answer was lost comes again", async () => {
    const downloads = createDownloads({ clock: fakeClock() });
    let got = await downloads.begin("me", make(12));
    const parts = [got.bytes];
    while (!got.last) {
      const next = await downloads.next("me", got.download, got.part + 1);
      expect(Buffer.from((await downloads.next("me", got.download, next.part)).bytes).equals(Buffer.from(next.bytes))).toBe(true);
      parts.push(next.bytes);
      got = next;
    }
    expect(parts.length).toBeGreaterThan(2);
    expect(Buffer.concat(parts).equals(await whole(make(12)(signal)))).toBe(true);
    await expect(downloads.next("me", got.download, got.part + 1)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    downloads.stop();
  });

  it("belongs to whoever began it, and ends when nobody fetches on", async () => {
    const clock = fakeClock();
    const downloads = createDownloads({ clock });
    let ended = false;
    const { download, part } = await downloads.begin("me", async function* (abort) {
      abort.addEventListener("abort", () => {
        ended = true;
      });
      yield new Uint8Array(500_000);
      yield new Uint8Array(500_000);
    });
    await expect(downloads.next("somebody", download, part + 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(downloads.next("me", download, part + 2)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await clock.advance(61_000);
    await expect(downloads.next("me", download, part + 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(ended).toBe(true);
  });
});
