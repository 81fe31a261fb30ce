/** A message that is answered together with others. */
export interface MergedPart {
  /** In a group: who wrote it. */
  from?: string;
  text: string;
}

const header = (count: number): string => `(${count} messages, one after the other. One answer to all of them.)`;
const headerPattern =
  /^(?:\(Left out because too many messages waited, oldest first:\)\n(?:- .*\n)+\n)?\((\d+) messages, one after the other\. One answer to all of them\.\)\n\n/;
const leftOut = "(Left out because too many messages waited, oldest first:)";

/** The one text a model is given for several messages of a customer; a single one is itself. `dropped`: a line about each that gave way. */
export function mergeMessages(parts: readonly MergedPart[], dropped: readonly string[] = []): string {
  const [first] = parts;
  if (!first) return "";
  const said = ({ from, text }: MergedPart): string => (from === undefined ? text : `${from}: ${text}`);
  if (parts.length === 1 && dropped.length === 0) return first.text;
  return [
    ...(dropped.length > 0 ? [`${leftOut}\n${dropped.map((line) => `- ${line}`).join("\n")}`] : []),
    ...(parts.length > 1 ? [header(parts.length), parts.map((part, index) => `${index + 1}. ${said(part)}`).join("\n")] : [said(first)]),
  ].join("\n\n");
}

/** Whether a text may be one of several messages. A customer can write such a text too: whoever acts on it asks the inbox. */
export const looksMerged = (text: string): boolean => text.startsWith(leftOut) || headerPattern.test(text);

/** The messages a merged text was made of, as written; the text itself when it is none. */
export function splitMerged(text: string): string[] {
  const found = headerPattern.exec(text);
  if (!found) return [text];
  let rest = text.slice(found[0].length);
  const parts: string[] = [];
  for (let number = 1; number <= Number(found[1]); number++) {
    if (!rest.startsWith(`${number}. `)) return [text];
    rest = rest.slice(`${number}. `.length);
    const end = number === Number(found[1]) ? rest.length : rest.indexOf(`\n${number + 1}. `);
    if (end < 0) return [text];
    parts.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return parts;
}
