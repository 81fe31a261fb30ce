import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownTls, readTls } from "./tls.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tls-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const filesIn = (...path: string[]) => ({ certPath: join(directory, ...path, "cert.pem"), keyPath: join(directory, ...path, "key.pem") });
const now = Date.parse("2026-11-21T12:00:00Z");

describe("the gateway's own certificate", () => {
  it("is made once, readable by its owner alone, for this machine's names", async () => {
    const made = await ownTls(filesIn("tls"), now);
    expect(made.fresh).toBe(true);
    const { certPath, keyPath } = filesIn("tls");
    for (const path of [certPath, keyPath]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, "tls")).mode & 0o777).toBe(0o700);
    const certificate = new X509Certificate(made.cert);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(made.fingerprint).toBe(certificate.fingerprint256);
    expect(await ownTls(filesIn("tls"), now)).toEqual({ cert: made.cert, key: made.key, fingerprint: made.fingerprint });
  });

  it("is made anew when it is over, or when a crash left half of it", async () => {
    const first = await ownTls(filesIn(), now);
    const later = await ownTls(filesIn(), now + 3651 * 86_400_000);
    expect(later.fresh).toBe(true);
    expect(later.fingerprint).not.toBe(first.fingerprint);
    writeFileSync(filesIn().keyPath, first.key);
    expect((await ownTls(filesIn(), now + 3651 * 86_400_000)).fresh).toBe(true);
  });
});

describe("an operator's certificate", () => {
  it("names the file that is missing, and a key of another certificate", async () => {
    const { certPath, keyPath } = filesIn();
    expect(() => readTls({ certPath, keyPath })).toThrow(certPath);
    await ownTls(filesIn(), now);
    const other = await ownTls(filesIn("other"), now);
    writeFileSync(keyPath, other.key);
    expect(() => readTls({ certPath, keyPath })).toThrowError(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("does not belong") }),
    );
    writeFileSync(keyPath, "no key");
    expect(() => readTls({ certPath, keyPath })).toThrowError(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("sends the certificates above it along", async () => {
    const leaf = await ownTls(filesIn(), now);
    const above = await ownTls(filesIn("above"), now);
    const files = filesIn();
    const identity = readTls({ ...files, caPath: filesIn("above").certPath });
    expect(identity.fingerprint).toBe(leaf.fingerprint);
    expect(identity.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(identity.cert).toContain(above.cert.trim());
  });
});
