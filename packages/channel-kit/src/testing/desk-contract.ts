import type { Runner } from "@travelagent/protocol/testing";
import type { DeskCard, DeskPress, DeskSurface, DeskWords } from "../desk.ts";

/** A surface in front of a stand-in for its platform. */
export interface DeskBench {
  /** Started, where it has to be. */
  surface: DeskSurface;
  /** One of its rooms. */
  room: string;
  /** Cards as people see them now, in order: all words of each, and the labels of its buttons. */
  shown(): { text: string; buttons: string[]; thread?: boolean }[];
  /** Somebody presses the button with this label. Resolves when that was handed over. */
  press(label: string, user: string): Promise<void>;
  /** Somebody writes below the first card, or in the room itself. Resolves when that was handed over. */
  write(text: string, user: string, where: "thread" | "room"): Promise<void>;
  /** The answer to the next post is lost on the way, also when it is asked for again within that call. */
  loseNext(): void;
  close(): Promise<void>;
}

const card: DeskCard = {
  title: "Refund for Ana Silva?",
  lines: ["Total: 89.00 EUR", "Asked because: *no* <markup> & [link](https://example.com)"],
  buttons: [
    { label: "Approve", value: "yes:1:abc", style: "primary" },
    { label: "Deny", value: "no:1:abc", style: "danger" },
  ],
};

/** What every platform with rooms for the agency's people keeps to. `open` gives a fresh bench for each rule; `ana` is a user of it. */
export function deskContract({ describe, it, expect }: Runner, name: string, ana: string, open: () => Promise<DeskBench>): void {
  const rule = (sentence: string, body: (bench: DeskBench) => Promise<void>) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await body(bench);
      } finally {
        await bench.close();
      }
    });
  const signal = () => new AbortController().signal;
  const posted = async ({ surface, room }: DeskBench, id = "p-1", thread?: string): Promise<string> => {
    const receipt = await surface.post(room, card, { id, signal: signal(), ...(thread === undefined ? {} : { thread }) });
    expect(receipt.status).toBe("sent");
    return receipt.status === "sent" ? (receipt.externalId ?? "") : "";
  };

  describe(`desk contract: ${name}`, () => {
    rule("shows a card as it is, with no sign of it read as markup", async (bench) => {
      await posted(bench);
      const [shown] = bench.shown();
      for (const words of [card.title!, ...card.lines]) expect(shown?.text.includes(words)).toBe(true);
      expect(shown?.buttons).toEqual(["Approve", "Deny"]);
    });

    rule("puts another card in its place, and takes it away, once or more often", async (bench) => {
      const externalId = await posted(bench);
      const { surface, room } = bench;
      expect((await surface.edit(room, externalId, { title: "Approved", lines: ["by Bruno"] }, signal())).status).toBe("sent");
      expect(bench.shown().map(({ buttons }) => buttons)).toEqual([[]]);
      expect(bench.shown()[0]?.text.includes("by Bruno")).toBe(true);
      for (let at = 0; at < 2; at += 1) expect((await surface.remove(room, externalId, signal())).status).toBe("sent");
      expect(bench.shown()).toEqual([]);
      expect(await surface.edit(room, externalId, card, signal())).toMatchObject({ status: "failed", retryable: false, code: "no-such-recipient" });
    });

    rule("tells after a crash what the platform got, in the room and in a thread", async (bench) => {
      const { surface, room } = bench;
      expect(await surface.reconcile(room, { id: "p-1", signal: signal() })).toBe(null);
      bench.loseNext();
      expect((await surface.post(room, card, { id: "p-1", signal: signal() })).status).toBe("unknown");
      const found = await surface.reconcile(room, { id: "p-1", signal: signal() });
      expect(found?.status).toBe("sent");
      const thread = found?.status === "sent" ? (found.externalId ?? "") : "";
      const below = await posted(bench, "p-2", thread);
      expect(await surface.reconcile(room, { id: "p-2", thread, signal: signal() })).toMatchObject({ status: "sent", externalId: below });
      expect(await surface.reconcile(room, { id: "p-3", thread, signal: signal() })).toBe(null);
      expect(bench.shown().map((one) => one.thread === true)).toEqual([false, true]);
    });

    rule("hands over who pressed what, and who wrote where", async (bench) => {
      const pressed: DeskPress[] = [];
      const wrote: DeskWords[] = [];
      bench.surface.listen({
        async pressed(press) {
          pressed.push(press);
          return undefined;
        },
        async wrote(words) {
          wrote.push(words);
          return undefined;
        },
        asked: async () => undefined,
      });
      const externalId = await posted(bench);
      // Where threads have to be begun.
      await posted(bench, "p-2", externalId);
      await bench.press("Deny", ana);
      await bench.write("I know her", ana, "thread");
      await bench.write("good morning", ana, "room");
      expect(pressed.map(({ room, user, value }) => [room, user, value])).toEqual([[bench.room, ana, "no:1:abc"]]);
      expect((pressed[0]?.pressId ?? "") === "").toBe(false);
      expect(wrote.map(({ room, user, text, thread }) => [room, user, text, thread])).toEqual([
        [bench.room, ana, "I know her", externalId],
        [bench.room, ana, "good morning", undefined],
      ]);
    });

    rule("is silent where nobody listens", async (bench) => {
      await posted(bench);
      await bench.write("anybody there?", ana, "room");
      expect(bench.shown().length).toBe(1);
    });
  });
}
