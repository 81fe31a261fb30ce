/** Where `text` may be cut at `at` without splitting a character in two. */
const whole = (text: string, at: number): number => {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at;
};

/** Begin and end of a text with `note` between them; the text itself when that would not be shorter. */
export function headAndTail(text: string, head: number, tail: number, note: (left: number) => string): string {
  if (text.length <= head + tail) return text;
  const from = whole(text, head);
  const to = whole(text, text.length - tail);
  const short = `${text.slice(0, from)}\n${note(to - from)}\n${text.slice(to)}`;
  return short.length < text.length ? short : text;
}
