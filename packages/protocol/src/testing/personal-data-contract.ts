import type { DataSubject, PersonalDataStore } from "../personal-data.ts";
import type { Tx } from "../ports.ts";
import type { Runner } from "./runner.ts";

export interface PersonalDataFixture {
  store: PersonalDataStore;
  /** Somebody the store knows something about, and somebody else. */
  mine: DataSubject;
  other: DataSubject;
  /** What only the first has, as it stands in an export. */
  said: readonly string[];
  /** What only the second has. */
  saidByOther: readonly string[];
  /** A transaction of the store's database. For stores that reassign. */
  transaction?<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** How many legal holds an erasure tells. Default 0. */
  held?: number;
  close?(): Promise<void> | void;
}

const never = new AbortController().signal;

async function exported(store: PersonalDataStore, subject: DataSubject): Promise<string[]> {
  const files: string[] = [];
  for await (const { path, content } of store.export(subject, never)) {
    const text = typeof content === "string" ? content : content instanceof Uint8Array ? Buffer.from(content).toString("latin1") : JSON.stringify(content);
    files.push(`${path}\n${text}`);
  }
  return files;
}

/** What export, erasure and merging rely on. `open` makes a store anew with two people in it. */
export function personalDataContract({ describe, it, expect }: Runner, name: string, open: () => Promise<PersonalDataFixture>): void {
  const within = (body: (fixture: PersonalDataFixture) => Promise<void>) => async () => {
    const fixture = await open();
    try {
      await body(fixture);
    } finally {
      await fixture.close?.();
    }
  };
  const erase = (store: PersonalDataStore, subject: DataSubject) => store.erase(subject, { reason: "asked for it", now: 1_800_000_000_000, signal: never });
  const nobody: DataSubject = { customerIds: ["cus_nobody"], sessionKeys: [], bookingIds: [], identities: [], identifiers: ["Nobody Known"] };

  describe(`personal data contract: ${name}`, () => {
    it(
      "exports what is the person's and nothing of others, twice the same, under paths of their own",
      within(async ({ store, mine, other, said, saidByOther }) => {
        const files = await exported(store, mine);
        for (const text of said) expect(files.join("\n")).toContain(text);
        for (const text of saidByOther) expect(files.join("\n").includes(text)).toBe(false);
        expect(await exported(store, mine)).toEqual(files);
        const paths = files.map((file) => file.split("\n", 1)[0]!);
        expect(new Set(paths).size).toBe(paths.length);
        expect(paths.filter((path) => path.startsWith("/") || path.includes("\\") || path.split("/").includes(".."))).toEqual([]);
        for (const text of saidByOther) expect((await exported(store, other)).join("\n")).toContain(text);
        expect(await exported(store, nobody)).toEqual([]);
      }),
    );

    it(
      "leaves nothing after an erasure but what a law keeps, touches nobody else, and a repeat changes nothing",
      within(async ({ store, mine, other, held = 0 }) => {
        const before = await exported(store, other);
        expect(await erase(store, nobody)).toEqual({ removed: 0, held: [] });
        const first = await erase(store, mine);
        expect(first.removed).toBeGreaterThan(0);
        expect(first.held.length).toBe(held);
        if (held === 0) expect(await exported(store, mine)).toEqual([]);
        const again = await erase(store, mine);
        expect(again.removed).toBe(0);
        expect(again.held).toEqual(first.held);
        for (const hold of first.held)
          for (const text of [...mine.identifiers, ...mine.customerIds, ...mine.sessionKeys])
            expect(`${hold.what} ${hold.basis} ${hold.where}`.includes(text)).toBe(false);
        expect(await exported(store, other)).toEqual(before);
      }),
    );

    it(
      "hands over to another customer and back as if nothing had been",
      within(async ({ store, mine, transaction }) => {
        if (!store.reassign || !transaction) return;
        const [from] = mine.customerIds;
        const to = "cus_somebody_new";
        const before = await exported(store, mine);
        const moved = await transaction((tx) => store.reassign!({ from: from!, to }, tx));
        expect(moved.length).toBeGreaterThan(0);
        expect(await transaction((tx) => store.reassign!({ from: from!, to }, tx))).toEqual([]);
        const back = await transaction((tx) => store.reassign!({ from: to, to: from!, only: moved }, tx));
        expect([...back].sort()).toEqual([...moved].sort());
        expect(await exported(store, mine)).toEqual(before);
        expect(await transaction((tx) => store.reassign!({ from: from!, to, only: [] }, tx))).toEqual([]);
      }),
    );
  });
}
