import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createDataKeys } from "./data-keys.ts";
import type { KeyRing } from "./key-ring.ts";

describe("the root key of a vault", () => {
  it("is made once, however many need it first, and asked for again after a failure", async () => {
    let made = 0;
    let failing = true;
    const keys: KeyRing = {
      async current() {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (failing) throw new Error("the disk is away");
        made += 1;
        return { id: `root-${made}`, bytes: Buffer.alloc(32, made) };
      },
      find: async () => undefined,
      beginRotation: async () => ({ id: "next", bytes: Buffer.alloc(32) }),
      endRotation: async () => undefined,
    };
    const data = createDataKeys({ keys, clock: fakeClock() }, async () => []);
    await expect(Promise.all([data.ready(), data.ready()])).rejects.toThrow("away");
    failing = false;
    await Promise.all([data.ready(), data.ready(), data.ready()]);
    expect(made).toBe(1);
  });
});
