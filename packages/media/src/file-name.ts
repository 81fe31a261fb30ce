import { removeCardNumbers } from "@travelagent/protocol";

/** A name as it may be shown and saved: no path, no control signs, no marks that turn text around, no card number. Undefined when nothing is left. */
export function safeName(given: string | undefined): string | undefined {
  const last = given?.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they forge headers and names
  const plain = last.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"<>|:*?]/g, "");
  const name = removeCardNumbers(plain).text.trim().replace(/^\.+/, "");
  // The end says what it is.
  return name === "" ? undefined : name.slice(-120);
}
