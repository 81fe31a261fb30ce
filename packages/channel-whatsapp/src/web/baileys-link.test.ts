import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeHost } from "@travelagent/channel-kit/testing";
import { openDatabase } from "@travelagent/engine";
import { Curve } from "@whiskeysockets/baileys";
import { afterEach, describe, expect, it } from "vitest";
import { baileysLink, createWhatsAppWeb } from "./index.ts";
import { createSessionStore } from "./session-store.ts";
import { isSignedBy } from "./signature-check.ts";
import { startWhatsAppServer } from "./testing/whatsapp-server.ts";

const secret = async () => new Uint8Array(32).fill(7);
const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function bench({ isTrusted = true } = {}) {
  const server = await startWhatsAppServer({ isTrusted });
  const directory = mkdtempSync(join(tmpdir(), "whatsapp-link-"));
  const db = openDatabase({ path: ":memory:" });
  const versionFile = join(directory, "version");
  const whatsapp = createWhatsAppWeb({ link: baileysLink({ url: server.url }), db, secret, versionFile, random: () => 0 });
  const states: string[] = [];
  const host = Object.assign(fakeHost(), { report: (state: string) => void states.push(state) });
  closers.push(
    () => rmSync(directory, { recursive: true }),
    () => db.close(),
    () => server.close(),
    () => whatsapp.stop(),
  );
  const pair = async (): Promise<void> => {
    await whatsapp.start(host);
    const step = await whatsapp.login.begin();
    if (step.state !== "scan") throw new Error(`there is nothing to scan: ${step.state}`);
    const done = whatsapp.login.wait(15_000);
    await server.scan(step.qr);
    expect(await done).toEqual({ state: "connected", as: "+34910000001" });
  };
  return { server, whatsapp, db, versionFile, states, host, pair };
}

describe("WhatsApp's web protocol, by the library and a server of our own", { timeout: 40_000 }, () => {
  it("lets a phone scan a picture, restarts at once with what it has learned, and is there after a restart of ours", async () => {
    const { server, whatsapp, db, versionFile, states, host, pair } = await bench();
    const began = performance.now();
    await pair();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(server.logins).toEqual(["new", "34910000001"]);
    await expect.poll(() => states.at(-1)).toBe("running");
    const store = createSessionStore({ db, accountId: "default", secret, versionFile });
    await store.open();
    expect(store.isConnected()).toBe(true);
    await whatsapp.stop();
    const again = createWhatsAppWeb({ link: baileysLink({ url: server.url }), db, secret, versionFile });
    closers.push(() => again.stop());
    await again.start(host);
    await expect.poll(() => server.logins.length).toBe(3);
    expect(server.logins.at(-1)).toBe("34910000001");
  });

  it("does not talk to a server whose certificate is not WhatsApp's, nor believe a phone that signs for another key", async () => {
    const { server, whatsapp, host } = await bench({ isTrusted: false });
    await whatsapp.start(host);
    expect(await whatsapp.login.begin()).toMatchObject({ state: "failed" });
    expect(server.logins).toEqual([]);
    const [ours, theirs] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
    for (let count = 0; count < 20; count += 1) {
      const message = randomBytes(40);
      const signature = Curve.sign(ours.private, message);
      const changed = Buffer.from(signature);
      changed[count]! ^= 1;
      expect([isSignedBy(ours.public, message, signature), isSignedBy(theirs.public, message, signature), isSignedBy(ours.public, message, changed)]).toEqual([
        true,
        false,
        false,
      ]);
      expect(isSignedBy(ours.public, randomBytes(40), signature)).toBe(false);
    }
  });

  it("gives a code to type for a number", async () => {
    const { server, whatsapp, host } = await bench();
    await whatsapp.start(host);
    const step = await whatsapp.login.begin({ phone: "+34 910 000 001" });
    expect(step).toMatchObject({ state: "type", code: expect.stringMatching(/^[A-Z0-9]{8}$/) });
    await expect.poll(() => server.asked).toContain("iq md link_code_companion_reg");
  });

  it.each([
    [{ streamError: 440 }, "logged-out"],
    [{ streamError: 401 }, "logged-out"],
    [{ failure: 403 }, "logged-out"],
    [{ streamError: 503 }, "degraded"],
    [{ failure: 405 }, "degraded"],
    ["cut", "degraded"],
  ] as const)("tells how a connection ended: %j", async (how, state) => {
    const { server, states, pair } = await bench();
    await pair();
    await expect.poll(() => states.at(-1)).toBe("running");
    server.end(how);
    await expect.poll(() => states.at(-1), { timeout: 5_000 }).toBe(state);
    expect(server.logins).toHaveLength(2);
    // The same pause for all of these: one is waited for.
    if (how !== "cut") return;
    await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe("running");
    expect(server.logins).toEqual(["new", "34910000001", "34910000001"]);
  });
});
