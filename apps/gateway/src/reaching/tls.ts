import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { ownDirectory } from "../configuration/own-file.ts";

/** PEM, and what clients pin. */
export interface TlsIdentity {
  cert: string;
  key: string;
  /** SHA-256 of the certificate, as `AB:CD:…`. */
  fingerprint: string;
  /** Made at this start: clients that pinned an older one must be told. */
  fresh?: true;
}

export interface TlsFiles {
  certPath: string;
  keyPath: string;
  /** Certificates between `certPath` and its authority. */
  caPath?: string;
}

const dayMs = 86_400_000;
const validDays = 3650;

/** The operator's own certificate. Raises `CONFIG_INVALID` when a file cannot be read or key and certificate do not belong together. */
export function readTls({ certPath, keyPath, caPath }: TlsFiles): TlsIdentity {
  const cert = caPath === undefined ? read(certPath) : `${read(certPath).trimEnd()}\n${read(caPath)}`;
  const key = read(keyPath);
  try {
    const leaf = new X509Certificate(cert);
    if (leaf.checkPrivateKey(createPrivateKey(key))) return { cert, key, fingerprint: leaf.fingerprint256 };
  } catch (error) {
    throw new TravelAgentError("CONFIG_INVALID", `gateway.tls: ${certPath} and ${keyPath} must hold a certificate and its private key as PEM`, {
      cause: error,
    });
  }
  throw new TravelAgentError("CONFIG_INVALID", `gateway.tls: the key in ${keyPath} does not belong to the certificate in ${certPath}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TravelAgentError("CONFIG_INVALID", `gateway.tls: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/**
 * The self-signed certificate in these files, made when there is none, or when the one there is over or damaged. Key and
 * certificate are readable by their owner alone, in directories nobody else can enter.
 */
export async function ownTls(files: Omit<TlsFiles, "caPath">, now: number): Promise<TlsIdentity> {
  if (existsSync(files.certPath) && existsSync(files.keyPath)) {
    for (const path of [files.certPath, files.keyPath]) chmodSync(path, 0o600);
    const known = stillGood(files, now);
    if (known) return known;
  }
  for (const path of [files.certPath, files.keyPath]) ownDirectory(dirname(path));
  const { cert, key } = await selfSigned(now);
  // The key first: without its certificate it is made anew, and a certificate is never there without its key.
  for (const [path, text] of [
    [files.keyPath, key],
    [files.certPath, cert],
  ] as const) {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return { ...readTls(files), fresh: true };
}

function stillGood(files: TlsFiles, now: number): TlsIdentity | undefined {
  try {
    const identity = readTls(files);
    return Date.parse(new X509Certificate(identity.cert).validTo) > now ? identity : undefined;
  } catch {
    return undefined;
  }
}

async function selfSigned(now: number): Promise<{ cert: string; key: string }> {
  // Loaded when a certificate is made, which is once: the library is large.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Travel Agent OS gateway",
    serialNumber: `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString("hex")}`,
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + validDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...[...new Set(["localhost", hostname()])].map((value) => ({ type: "dns" as const, value })),
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
  return { cert: `${certificate.toString("pem")}\n`, key };
}
