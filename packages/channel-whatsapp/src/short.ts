let graphemes: Intl.Segmenter | undefined;

/** A label in the room there is, with a sign where something is missing. Never half of a character. */
export function short(text: string, room: number): string {
  if (text.length <= room) return text;
  graphemes ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length + segment.length > room - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
