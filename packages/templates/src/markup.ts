import { TravelAgentError } from "@travelagent/protocol";

/** A piece of a line. Values come in when it is rendered, and nothing in a value is looked at again. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "value"; variable: string }
  /** One of several texts by the number; `#` in them is the number itself. */
  | { kind: "plural"; variable: string; forms: Readonly<Record<string, string>> }
  | { kind: "bold"; content: readonly Inline[] }
  | { kind: "link"; content: readonly Inline[]; href: { url: string } | { variable: string } };

export type Block =
  | { kind: "paragraph"; lines: readonly (readonly Inline[])[] }
  | { kind: "heading"; content: readonly Inline[] }
  | { kind: "list"; items: readonly (readonly Inline[])[] };

const categories = new Set(["zero", "one", "two", "few", "many", "other"]);
const nameOnly = /^[a-z][A-Za-z0-9]*$/;
const bad = (what: string) => new TravelAgentError("CONFIG_INVALID", what);

/** `{{name}}`, or `{{nights | one: # night | other: # nights}}`. */
function placeholder(inside: string): Inline {
  const [head = "", ...rest] = inside.split("|").map((part) => part.trim());
  if (!nameOnly.test(head)) throw bad(`{{${inside}}}: "${head}" is no name of a variable; use letters and digits, a small letter first`);
  if (rest.length === 0) return { kind: "value", variable: head };
  const forms: Record<string, string> = {};
  for (const part of rest) {
    const [, category = "", text] = /^([a-z]+): ?([\s\S]+)$/.exec(part) ?? [];
    if (text === undefined || !categories.has(category)) throw bad(`{{${inside}}}: "${part}" is no form; write "one: …" or "other: …"`);
    if (Object.hasOwn(forms, category)) throw bad(`{{${inside}}}: ${category} is there twice`);
    forms[category] = text;
  }
  if (!Object.hasOwn(forms, "other")) throw bad(`{{${inside}}}: the form "other" is missing`);
  return { kind: "plural", variable: head, forms };
}

const piece = /\{\{([^{}]*)\}\}|\*\*((?:(?!\*\*).)+)\*\*|\[((?:\{\{[^{}]*\}\}|[^[\]])+)\]\(((?:\{\{[^{}]*\}\}|[^()\s])+)\)/g;

function hrefOf(given: string): { url: string } | { variable: string } {
  const found = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(given);
  if (found) {
    if (!nameOnly.test(found[1]!)) throw bad(`(${given}) is no link: name one variable, or write an address that begins with https://`);
    return { variable: found[1]! };
  }
  if (!/^https:\/\/[^\s<>"'{}]+$/.test(given)) throw bad(`(${given}) is no link: name one variable, or write an address that begins with https://`);
  return { url: given };
}

/** One line. */
export function parseInline(line: string): Inline[] {
  const parts: Inline[] = [];
  const plain = (text: string): void => {
    if (/\{\{|\}\}/.test(text)) throw bad(`"${text.trim()}": a placeholder is not closed, or has braces inside`);
    if (text !== "") parts.push({ kind: "text", text });
  };
  let end = 0;
  for (const found of line.matchAll(piece)) {
    const [whole, inside, bold, label, href] = found;
    plain(line.slice(end, found.index));
    end = found.index + whole.length;
    if (inside !== undefined) parts.push(placeholder(inside));
    else if (bold !== undefined) parts.push({ kind: "bold", content: parseInline(bold) });
    else parts.push({ kind: "link", content: parseInline(label!), href: hrefOf(href!) });
  }
  plain(line.slice(end));
  return parts;
}

/**
 * The little markdown a template may use: paragraphs, `# headings`, `- lists`, `**bold**` and `[links](https://…)`. Anything else is
 * text. Raises `CONFIG_INVALID`.
 */
export function parseBody(text: string): Block[] {
  const blocks: Block[] = [];
  for (const chunk of text.split(/\n\s*\n/)) {
    const lines = chunk
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    let paragraph: Inline[][] = [];
    let items: Inline[][] = [];
    const close = (): void => {
      if (paragraph.length > 0) blocks.push({ kind: "paragraph", lines: paragraph });
      if (items.length > 0) blocks.push({ kind: "list", items });
      paragraph = [];
      items = [];
    };
    for (const line of lines) {
      const heading = /^#{1,3} (.+)$/.exec(line);
      const item = /^- (.+)$/.exec(line);
      if (heading) {
        close();
        blocks.push({ kind: "heading", content: parseInline(heading[1]!) });
      } else if (item) {
        if (paragraph.length > 0) close();
        items.push(parseInline(item[1]!));
      } else {
        if (items.length > 0) close();
        paragraph.push(parseInline(line));
      }
    }
    close();
  }
  return blocks;
}

export interface Use {
  variable: string;
  /** Shown as it is, picking a form by number, or leading somewhere. */
  as: "value" | "plural" | "link";
}

function usesOf(part: Inline): Use[] {
  switch (part.kind) {
    case "text":
      return [];
    case "value":
    case "plural":
      return [{ variable: part.variable, as: part.kind }];
    case "bold":
      return usedIn(part.content);
    case "link":
      return [...usedIn(part.content), ...("variable" in part.href ? [{ variable: part.href.variable, as: "link" as const }] : [])];
  }
}

/** Every variable that is used. */
export function usedIn(parts: readonly Inline[]): Use[] {
  return parts.flatMap(usesOf);
}

export const inlinesOf = (blocks: readonly Block[]): Inline[] =>
  blocks.flatMap((block) => (block.kind === "heading" ? block.content : block.kind === "list" ? block.items.flat() : block.lines.flat()));
