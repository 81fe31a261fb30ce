import { mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { keptOpen } from "./kept-open.ts";

describe("files that stay open", () => {
  const directory = mkdtempSync(join(tmpdir(), "kept-open-"));
  const clock = fakeClock();
  const path = (name: string) => join(directory, "sessions", name);
  const read = (name: string) => readFileSync(path(name), "utf8");
  afterEach(() => rmSync(join(directory, "sessions"), { recursive: true, force: true }));
  /** Files of ours that this process has open; only where the system tells. */
  const open = (): number =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory);
      } catch {
        return false;
      }
    }).length;

  it("get every byte, short or long, synced or not", async () => {
    const files = keptOpen({ clock });
    const long = "é".repeat(300_000);
    await files.append(path("one"), "a", false);
    await files.append(path("one"), long, true);
    await files.append(path("one"), "b", true);
    expect(read("one")).toBe(`a${long}b`);
    await files.letGo(path("one"));
  });

  it("are opened anew when somebody took them away, and when they got another name", async () => {
    const files = keptOpen({ clock });
    await files.append(path("one"), "a", false);
    rmSync(path("one"));
    await files.append(path("one"), "b", false);
    expect(read("one")).toBe("b");
    await files.letGo(path("one"));
    renameSync(path("one"), path("two"));
    await files.append(path("one"), "c", false);
    expect([read("one"), read("two")]).toEqual(["c", "b"]);
    await files.letGo(path("one"));
  });

  it.skipIf(process.platform !== "linux")("are few, and none after a moment without use", async () => {
    const files = keptOpen({ clock });
    for (let number = 0; number < 200; number++) await files.append(path(`f${number}`), "a", false);
    await expect.poll(open).toBe(64);
    await clock.advance(5_000);
    await files.append(path("f199"), "b", false);
    await clock.advance(5_000);
    await expect.poll(open).toBe(1);
    await clock.advance(20_000);
    await expect.poll(open).toBe(0);
    await files.append(path("f199"), "c", false);
    expect(read("f199")).toBe("abc");
  });
});
