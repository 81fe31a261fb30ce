import { createHmac, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "@travelagent/protocol";
import type { LegalHold } from "@travelagent/protocol/personal-data";
import type { Finding } from "../residue/scan.ts";

/** What was removed of a person, what a law keeps, and what a look at every file found. Nothing in it names anybody. */
export interface Certificate {
  kind: "erasure-certificate";
  version: 1;
  id: string;
  /** SHA-256 of the customer's id, hex: whoever has the id can tell that this is about it. */
  subject: string;
  state: "complete" | "incomplete";
  reason: string;
  /** Who asked for it here: name of an operator's connection. */
  by: string;
  /** Erased although a booking was not over. */
  forced?: true;
  requestedAt: string;
  completedAt: string;
  stores: { name: string; removed: number }[];
  holds: LegalHold[];
  scan: {
    files: number;
    bytes: number;
    rows: number;
    /** What was looked for, and in how many ways it may be written. */
    identifiers: number;
    forms: number;
    /** Places that are explained by a hold. */
    held: number;
    /** Places that are not. None in a complete one, unless a person decided that they may stay. */
    residue: Finding[];
    /** A person looked at the places and decided. */
    residueAccepted?: true;
  };
  signature: { algorithm: "HMAC-SHA256"; value: string };
}

const mark = (unsigned: Omit<Certificate, "signature">, key: Uint8Array): string => createHmac("sha256", key).update(canonicalJson(unsigned)).digest("hex");

export const signed = (unsigned: Omit<Certificate, "signature">, key: Uint8Array): Certificate => ({
  ...unsigned,
  signature: { algorithm: "HMAC-SHA256", value: mark(unsigned, key) },
});

/** Whether nothing in it was changed since it was signed with this key. */
export function isGenuine({ signature, ...unsigned }: Certificate, key: Uint8Array): boolean {
  const wanted = Buffer.from(mark(unsigned, key));
  const given = Buffer.from(String(signature?.value ?? ""));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const day = (iso: string): string => iso.slice(0, 10);

/** The certificate as a person reads it. */
export function certificateText({ id, subject, state, reason, forced, requestedAt, completedAt, stores, holds, scan, signature }: Certificate): string {
  const byRule = new Map<string, { count: number; until: string }>();
  for (const { basis, until } of holds) {
    const known = byRule.get(basis);
    byRule.set(basis, { count: (known?.count ?? 0) + 1, until: known && known.until > until ? known.until : until });
  }
  return [
    `Certificate of erasure ${id}`,
    "",
    `State       ${state}${forced ? ", with a booking that was not over" : ""}`,
    `Subject     SHA-256 ${subject}`,
    `Reason      ${reason}`,
    `Requested   ${requestedAt}`,
    `Ended       ${completedAt}`,
    "",
    "Removed",
    ...stores.map(({ name, removed }) => `  ${name.padEnd(16)} ${removed}`),
    "",
    holds.length === 0 ? "Kept by law: nothing" : "Kept by law",
    ...[...byRule].map(([basis, { count, until }]) => `  ${count} records, until ${day(until)} at the latest: ${basis}`),
    "",
    `Looked for ${scan.identifiers} identifiers in ${scan.forms} ways to write them: ${scan.files} files, ${scan.bytes} bytes, ${scan.rows} rows.`,
    scan.residue.length === 0
      ? `Nothing was found${scan.held > 0 ? ` but ${scan.held} places of what is kept by law` : ""}.`
      : `Found beside what is kept by law${scan.residueAccepted ? " (a person decided that these may stay)" : ""}:`,
    ...scan.residue.map(({ place }) => `  ${place}`),
    "",
    `${signature.algorithm} ${signature.value}`,
    "",
  ].join("\n");
}
