import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diskSync } from "./disk-sync.ts";

describe("waiting for the disk", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "disk-sync-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("lets those share a write that ask while one is under way, and never the one that began before them", async () => {
    const path = join(directory, "a.db");
    await writeFile(`${path}-wal`, "log");
    const sync = diskSync(path);
    const [first, second, third] = [sync(), sync(), sync()];
    expect(second).toBe(third);
    expect(first).not.toBe(second);
    await Promise.all([first, second, third]);
    const later = sync();
    expect(later).not.toBe(second);
    await later;
    await sync.close();
  });

  it("does one write at a time, so that those end first that asked first", async () => {
    const path = join(directory, "a.db");
    await writeFile(`${path}-wal`, "log");
    const sync = diskSync(path);
    const first = sync();
    const second = sync();
    await first;
    // The second is about to begin, and has not.
    expect(sync()).toBe(second);
    await second;
    const later = sync();
    expect(later).not.toBe(second);
    await later;
    await sync.close();
  });

  it("promises nothing more once the disk has failed", async () => {
    const sync = diskSync(join(directory, "missing.db"));
    sync.check();
    await expect(sync()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(() => sync.check()).toThrow(/check the disk/);
    await sync.close();
  });
});
