import { lexer, type MarkedToken, type Token, type Tokens } from "marked";

/**
 * Markdown as WhatsApp writes it: *bold*, _italic_, ~struck~, `code`, blocks of code, quotes, lists. Headings are bold, links are their text
 * and address, tables are set in one width. What is nothing of these stays the text it is.
 */
export function whatsappMarkup(markdown: string): string {
  return blocks(lexer(markdown, { gfm: true, breaks: true }))
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const blocks = (tokens: readonly Token[], depth = 0): string => tokens.map((token) => block(token as MarkedToken, depth)).join("");

function block(token: MarkedToken, depth: number): string {
  switch (token.type) {
    case "space":
      return "";
    case "heading":
      return `${marked("*", plain(token.tokens))}\n\n`;
    case "paragraph":
      return `${inline(token.tokens)}\n\n`;
    case "text":
      return `${token.tokens ? inline(token.tokens) : unescaped(token.text)}\n`;
    case "code":
      return `\`\`\`\n${token.text}\n\`\`\`\n\n`;
    case "blockquote":
      return `${blocks(token.tokens, depth).trim().replace(/^/gm, "> ")}\n\n`;
    case "list":
      return `${list(token, depth)}${depth === 0 ? "\n" : ""}`;
    case "table":
      return `\`\`\`\n${table(token)}\n\`\`\`\n\n`;
    case "hr":
      return "———\n\n";
    case "html":
      return token.text;
    default:
      return "raw" in token ? token.raw : "";
  }
}

function list({ items, ordered, start }: Tokens.List, depth: number): string {
  const indent = "  ".repeat(depth);
  return items
    .map((item, index) => {
      const mark = item.task ? (item.checked ? "☑" : "☐") : ordered ? `${Number(start || 1) + index}.` : "-";
      return `${indent}${mark} ${blocks(item.tokens, depth + 1).trim()}\n`;
    })
    .join("");
}

function table({ header, rows }: Tokens.Table): string {
  const all = [header, ...rows].map((row) => row.map(({ tokens }) => plain(tokens)));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const inline = (tokens: readonly Token[] = []): string => tokens.map((token) => span(token as MarkedToken)).join("");
/** Without signs: for a place where they cannot stand. */
const plain = (tokens: readonly Token[] = []): string =>
  tokens
    .map((token) => {
      const one = token as MarkedToken;
      if (one.type === "link") return span(one);
      return "tokens" in one && one.tokens ? plain(one.tokens) : "text" in one ? unescaped(String(one.text)) : "";
    })
    .join("");

/** The sign has to touch the words, or WhatsApp shows it as it stands. */
function marked(sign: string, text: string): string {
  const [, before = "", words = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return words === "" ? text : `${before}${words.replace(/[^\n]+/g, (line) => `${sign}${line}${sign}`)}${after}`;
}

function span(token: MarkedToken): string {
  switch (token.type) {
    case "strong":
      return marked("*", inline(token.tokens));
    case "em":
      return marked("_", inline(token.tokens));
    case "del":
      return marked("~", inline(token.tokens));
    case "codespan":
      return `\`${unescaped(token.text)}\``;
    case "br":
      return "\n";
    case "link": {
      const label = plain(token.tokens);
      const address = token.href.replace(/^mailto:|^tel:/i, "");
      return label === token.href || label === address ? address : `${label} (${address})`;
    }
    case "image":
      return token.text === "" || token.text === token.href ? token.href : `${token.text} (${token.href})`;
    case "text":
      return "tokens" in token && token.tokens ? inline(token.tokens) : unescaped(token.text);
    case "escape":
    case "html":
      return token.text;
    default:
      return "raw" in token ? token.raw : "";
  }
}

const unescaped = (text: string): string =>
  text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");
