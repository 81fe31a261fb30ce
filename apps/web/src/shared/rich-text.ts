export type Piece = { kind: "text"; text: string } | { kind: "strong"; text: string } | { kind: "link"; text: string; href: string };

const marks = /\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)"'])/g;

/** Splits a message into text, **strong** text and web links. Anything else, HTML above all, stays text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(marks)) {
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    const [whole, strong, label, target, bare] = match;
    if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (label !== undefined && target !== undefined) found.push({ kind: "link", text: label, href: target });
    else if (bare !== undefined) found.push({ kind: "link", text: bare, href: bare });
    from = match.index + whole.length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}
