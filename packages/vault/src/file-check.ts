import type { FileType } from "./file-type.ts";

/** What is known of a file before anybody may read it. */
export interface CheckedFile {
  /** As it was called where it came from; a name proves nothing. */
  name: string;
  bytes: Uint8Array;
  /** By its content. Undefined for a type that is not taken. */
  type: FileType | undefined;
}

export type Verdict = { ok: true } | { ok: false; reason: string };

/** Somebody who looks at a file: a scanner of the agency, for example. Raises when it cannot say; the file then stays in quarantine. */
export interface FileCheck {
  /** Stable, for the record. */
  readonly name: string;
  check(file: CheckedFile, signal: AbortSignal): Promise<Verdict>;
}

/** The harmless file that every scanner reports (EICAR), in two parts so that no scanner reports this source. */
const eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");

/** What is part of a PDF that does something when it is opened. */
const activePdf = /\/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|OpenAction|AA)\b/;
/** Pictures and fonts inside of a PDF: in a few megabytes of them any three letters come up by chance. */
const streams = /\bstream\r?\n[\s\S]*?\bendstream\b/g;

/**
 * The check that is always made: pictures, PDF and plain text by their content, nothing that can be run, unpacked or that brings
 * macros, and nothing that says it is one type and is another.
 */
export const typeCheck: FileCheck = {
  name: "type",
  async check({ name, bytes, type }) {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (content.includes(eicar)) return { ok: false, reason: "it holds the test signature of virus scanners" };
    if (type === undefined) return { ok: false, reason: "only pictures, PDF and plain text are taken; archives, programs and office files are not" };
    const ending = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase();
    if (ending !== undefined && !type.endings.includes(ending)) return { ok: false, reason: `its content is ${type.mime} and its name says .${ending}` };
    if (type.mime === "application/pdf" && activePdf.test(content.toString("latin1").replace(streams, "")))
      return { ok: false, reason: "the PDF holds something that runs when it is opened" };
    return { ok: true };
  },
};
