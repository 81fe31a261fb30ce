import type { Address, Card, DeliveryReport, Place } from "@travelagent/protocol/messages";
import type { Runner } from "@travelagent/protocol/testing";
import type { ChannelAdapter } from "../adapter.ts";
import { chunkText } from "../text.ts";
import { fakeHost } from "./fake-host.ts";
import { type Rule, richRules } from "./rich-rules.ts";

export interface PlatformMessage {
  to: Address;
  text: string;
}

/** An adapter in front of a stand-in for its platform. */
export interface ChannelBench {
  adapter: ChannelAdapter;
  /** A customer the platform knows. */
  customer: Address;
  /** What customers got so far, in order. */
  shown(): PlatformMessage[];
  /**
   * The platform delivers a customer's message, and delivers it again with the same id when asked to. Resolves when the
   * adapter has acknowledged it, rejects when it refused it. Leave it out when the gateway itself is the platform.
   */
  deliver?(message: { externalId: string; text: string }): Promise<void>;
  /** The id under which the gateway gets a message that was delivered with this one; absent: the same. */
  idOf?(externalId: string): string;
  /** The platform delivers what the adapter itself has sent, as some do. */
  echo?(text: string): Promise<void>;
  /** How the next send goes wrong: refused by the platform, or the answer to it is lost on the way. */
  failNext(how: "refused" | "lost"): void;
  close?(): Promise<void>;

  // What a platform may have besides. A rule about it runs where the bench has the member for it.

  /** The platform refuses the next send because too much was sent, and says after how long it may be tried again. */
  limitNext?(retryAfterMs: number): void;
  /** Files customers got so far, in order. For adapters whose `features.media` takes documents of 1 KiB. */
  files?(): { fileName?: string; bytes: Uint8Array }[];
  /** Labels of the buttons under what customers got so far, in order. For adapters with `features.buttons`. */
  buttons?(): string[];
  /** The customer presses the button with this label on the newest message that has it. Resolves as `deliver` does. */
  press?(label: string): Promise<void>;
  /** Places customers got shown on a map. For adapters with `features.locations`. */
  places?(): Place[];
  /** Texts of what customers got, as they stand now. For adapters that `edit`. */
  standing?(): string[];
  /** The customer sends a file with these words, which may be none. Resolves as `deliver` does. */
  deliverFile?(message: { externalId: string; text: string; fileName: string; bytes: Uint8Array }): Promise<void>;
  /** The customer shows where they are. Resolves as `deliver` does. */
  deliverPlace?(message: { externalId: string; place: Place }): Promise<void>;
  /** The customer changes what they wrote before under the id `edits`. Resolves as `deliver` does. */
  deliverEdit?(message: { externalId: string; edits: string; text: string }): Promise<void>;
  /** A machine writes: a note that somebody is out of office, a bounce, another bot. Resolves as `deliver` does. */
  deliverAutomated?(message: { externalId: string; text: string }): Promise<void>;
  /** Somebody of the agency answers the customer on the platform itself. Resolves when the adapter has heard of it. */
  personWrites?(message: { externalId: string; text: string }): Promise<void>;
  /** The platform tells what became of a message, known by the `externalId` of its receipt. Resolves as `deliver` does. */
  report?(report: Pick<DeliveryReport, "externalId" | "state">): Promise<void>;
}

const offers: Card = {
  kind: "offers",
  vertical: "flight",
  title: "Flights",
  offers: [
    { offerId: "o1", number: 1, title: "Morning flight", lines: ["10:15 to 12:25"], price: { amount: "189.40", currency: "EUR" }, tags: [], sandbox: true },
  ],
  buttons: [{ label: "Choose 1", text: "1" }],
};

/** What every channel adapter keeps to, ours and yours. `open` gives a fresh bench for each rule. */
export function channelContract({ describe, it, expect }: Runner, name: string, open: () => ChannelBench | Promise<ChannelBench>): void {
  const rule: Rule = (sentence, body) =>
    it(sentence, async () => {
      const bench = await open();
      try {
        await body(bench);
      } finally {
        await bench.adapter.stop();
        await bench.close?.();
      }
    });
  const live = () => new AbortController().signal;
  const same = (externalId: string) => externalId;

  describe(`channel contract: ${name}`, () => {
    rule("states its contract, its name and its limits", async ({ adapter, customer }) => {
      expect(adapter.contract).toBe(1);
      expect(adapter.id).toBe(customer.channel);
      expect(adapter.accountId).toBe(customer.accountId);
      expect(adapter.features.maxTextLength).toBeGreaterThan(1);
    });

    rule("stops twice, and before it was started", async ({ adapter }) => {
      await adapter.stop();
      await adapter.stop();
    });

    rule("brings a text to its customer once and says so", async ({ adapter, customer, shown }) => {
      await adapter.start(fakeHost());
      const receipt = await adapter.send(customer, { text: "Two seats to Lisbon are held." }, { id: "out-1", signal: live() });
      expect(receipt.status).toBe("sent");
      expect(shown().map(({ to, text }) => [to.peerId, text])).toEqual([[customer.peerId, "Two seats to Lisbon are held."]]);
    });

    rule("takes a text of the length it states", async ({ adapter, customer, shown }) => {
      await adapter.start(fakeHost());
      const [longest = ""] = chunkText("word ".repeat(adapter.features.maxTextLength), { maxLength: adapter.features.maxTextLength });
      expect((await adapter.send(customer, { text: longest }, { id: "out-1", signal: live() })).status).toBe("sent");
      expect(shown().at(-1)?.text).toBe(longest);
    });

    rule("takes a message with cards when it says that it shows cards", async ({ adapter, customer }) => {
      if (!adapter.features.cards) return;
      await adapter.start(fakeHost());
      expect((await adapter.send(customer, { text: "One flight:", cards: [offers] }, { id: "out-1", signal: live() })).status).toBe("sent");
    });

    rule("keeps the order of what it sends", async ({ adapter, customer, shown }) => {
      await adapter.start(fakeHost());
      for (const text of ["one", "two", "three"]) await adapter.send(customer, { text }, { id: `out-${text}`, signal: live() });
      expect(shown().map(({ text }) => text)).toEqual(["one", "two", "three"]);
    });

    rule("calls a refused send failed, and does not reject", async ({ adapter, customer, failNext, shown }) => {
      await adapter.start(fakeHost());
      failNext("refused");
      expect((await adapter.send(customer, { text: "hello" }, { id: "out-1", signal: live() })).status).toBe("failed");
      expect(shown()).toEqual([]);
    });

    rule("calls a send unknown when the platform's answer is lost, and does not send twice by itself", async ({ adapter, customer, failNext, shown }) => {
      await adapter.start(fakeHost());
      failNext("lost");
      expect((await adapter.send(customer, { text: "hello" }, { id: "out-1", signal: live() })).status).toBe("unknown");
      expect(shown().length).toBeLessThan(2);
    });

    rule("does not send what was cancelled before", async ({ adapter, customer, shown }) => {
      await adapter.start(fakeHost());
      const receipt = await adapter.send(customer, { text: "too late" }, { id: "out-1", signal: AbortSignal.abort() });
      expect(receipt.status === "sent").toBe(false);
      expect(shown()).toEqual([]);
    });

    rule("tells after a crash what the platform got, when it can", async ({ adapter, customer }) => {
      if (!adapter.reconcile) return;
      await adapter.start(fakeHost());
      expect(await adapter.reconcile(customer, "never-sent", live())).toBe(null);
      await adapter.send(customer, { text: "hello" }, { id: "out-1", signal: live() });
      expect((await adapter.reconcile(customer, "out-1", live()))?.status).toBe("sent");
    });

    rule("shows typing without failing, when it can", async ({ adapter, customer }) => {
      await adapter.start(fakeHost());
      adapter.showTyping?.(customer);
    });

    rule("hands over a customer's message with address, id and text", async ({ adapter, customer, deliver, idOf = same }) => {
      if (!deliver) return;
      const host = fakeHost();
      await adapter.start(host);
      await deliver({ externalId: "in-1", text: "two seats to Lisbon" });
      expect(host.received.length).toBe(1);
      expect(host.received[0]).toMatchObject({ address: customer, externalId: idOf("in-1"), text: "two seats to Lisbon" });
    });

    rule("passes a repeated delivery on under the same id", async ({ adapter, deliver }) => {
      if (!deliver) return;
      const host = fakeHost();
      await adapter.start(host);
      await deliver({ externalId: "in-1", text: "yes" });
      await deliver({ externalId: "in-1", text: "yes" });
      expect(host.received.length).toBe(1);
    });

    rule("acknowledges only what is stored", async ({ adapter, deliver }) => {
      if (!deliver) return;
      const host = fakeHost();
      await adapter.start(host);
      const release = host.hold();
      let acknowledged = false;
      const delivery = deliver({ externalId: "in-1", text: "yes" }).then(() => {
        acknowledged = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(acknowledged).toBe(false);
      release();
      await delivery;
      expect(host.received.length).toBe(1);
    });

    rule("lets the platform deliver again what could not be stored", async ({ adapter, deliver, idOf = same }) => {
      if (!deliver) return;
      const host = fakeHost();
      await adapter.start(host);
      host.full = true;
      await deliver({ externalId: "in-1", text: "yes" }).catch(() => {});
      host.full = false;
      await deliver({ externalId: "in-1", text: "yes" });
      expect(host.received.map(({ externalId }) => externalId)).toEqual([idOf("in-1")]);
    });

    rule("never answers itself", async ({ adapter, customer, echo }) => {
      if (!echo) return;
      const host = fakeHost();
      await adapter.start(host);
      await adapter.send(customer, { text: "hello" }, { id: "out-1", signal: live() });
      await echo("hello");
      expect(host.received).toEqual([]);
    });

    rule("hands nothing over after stop", async ({ adapter, deliver }) => {
      if (!deliver) return;
      const host = fakeHost();
      await adapter.start(host);
      await adapter.stop();
      await deliver({ externalId: "in-1", text: "anybody there?" }).catch(() => {});
      expect(host.received).toEqual([]);
    });

    richRules(rule, expect);
  });
}
