import { removeCardNumbers } from "@travelagent/protocol";

/** The harmless file that every scanner reports (EICAR), in two parts so that no scanner reports this source. */
const eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");

/** What is part of a PDF that does something when it is opened. */
const activePdf = /\/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b/;
/** Pictures and fonts inside of a PDF: in a few megabytes of them any three letters come up by chance. */
const streams = /\bstream\r?\n[\s\S]*?\bendstream\b/g;

/** Why a file of a type that is taken is not kept, in words for whoever sent it; undefined when it is. */
export function refusalOf(bytes: Uint8Array, mimeType: string): string | undefined {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (content.includes(eicar)) return "it holds the test signature of virus scanners";
  if (mimeType === "application/pdf" && activePdf.test(content.toString("latin1").replace(streams, "")))
    return "the PDF holds something that runs when it is opened";
  if (/^application\/vnd\.openxml/.test(mimeType) && content.includes("vbaProject.bin")) return "the document holds macros";
  if (mimeType.startsWith("text/") && removeCardNumbers(content.toString("utf8")).removed)
    return "there is a card number in it: card numbers are never kept here, pay by the link instead";
  return undefined;
}
