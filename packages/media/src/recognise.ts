/** Kinds of text that have no mark of their own in the bytes: what the sender says counts between these, and nowhere else. */
const textTypes = new Set(["text/plain", "text/csv", "text/calendar", "text/vcard"]);
const byEnding: Readonly<Record<string, string>> = { csv: "text/csv", ics: "text/calendar", vcf: "text/vcard" };

/** The type by the bytes; undefined for what is none we know. `audio/ogg; codecs=opus` and the like come without what stands behind. */
export async function recognise(
  bytes: Uint8Array,
  { declaredType, fileName }: { declaredType?: string | undefined; fileName?: string | undefined },
): Promise<string | undefined> {
  // Its tables are loaded with the first file.
  const { fileTypeFromBuffer } = await import("file-type");
  const found = await fileTypeFromBuffer(bytes);
  if (found) return found.mime.split(";")[0]!.trim();
  if (!isPlainText(bytes)) return undefined;
  const declared = declaredType?.split(";")[0]?.trim().toLowerCase() ?? "";
  const ending = /\.([a-z0-9]{1,8})$/i.exec(fileName ?? "")?.[1]?.toLowerCase() ?? "";
  return byEnding[ending] ?? (textTypes.has(declared) ? declared : "text/plain");
}

/** Text that nothing takes for a page, a script or a program. */
function isPlainText(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what makes it a binary file
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return false;
  return !/^\s*(?:#!|<|MZ|\{\\rtf|@echo)/i.test(text) && !/<(?:script|html|svg|iframe|!doctype|\?xml)/i.test(text);
}
