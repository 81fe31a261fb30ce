import { lexer, type MarkedToken, type Token, type Tokens } from "marked";

/** A text with Markdown in it, as the two forms of a mail. HTML in the text is text in both. */
export interface MailBody {
  text: string;
  html: string;
}

export function mailBody(markdown: string): MailBody {
  const tokens = lexer(markdown, { gfm: true, breaks: true });
  return {
    text: plainBlocks(tokens).trim(),
    html: `<!doctype html><html><head><meta charset="utf-8"></head><body>${htmlBlocks(tokens)}</body></html>`,
  };
}

const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
/** Of what the parser has escaped. */
const unescaped = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);
const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const isSafe = (href: string): boolean => /^(?:https?:\/\/|mailto:)/i.test(href);

const htmlBlocks = (tokens: readonly Token[]): string => tokens.map((token) => htmlBlock(token as MarkedToken)).join("");

function htmlBlock(token: MarkedToken): string {
  switch (token.type) {
    case "space":
    case "def":
      return "";
    case "heading":
      return `<p><strong>${html(token.tokens)}</strong></p>`;
    case "paragraph":
      return `<p>${html(token.tokens)}</p>`;
    case "text":
      return token.tokens ? html(token.tokens) : escaped(token.text);
    case "code":
      return `<pre>${escaped(token.text)}</pre>`;
    case "blockquote":
      return `<blockquote>${htmlBlocks(token.tokens)}</blockquote>`;
    case "list": {
      const tag = token.ordered ? "ol" : "ul";
      const start = token.ordered && token.start !== "" && token.start !== 1 ? ` start="${Number(token.start)}"` : "";
      return `<${tag}${start}>${token.items.map((item) => `<li>${htmlBlocks(item.tokens)}</li>`).join("")}</${tag}>`;
    }
    case "table":
      return `<table border="1" cellpadding="4" cellspacing="0">${[token.header, ...token.rows]
        .map((row, at) => `<tr>${row.map((cell) => `<${at === 0 ? "th" : "td"} align="left">${html(cell.tokens)}</${at === 0 ? "th" : "td"}>`).join("")}</tr>`)
        .join("")}</table>`;
    case "hr":
      return "<hr>";
    default:
      return `<p>${escaped("text" in token && typeof token.text === "string" ? token.text : token.raw)}</p>`;
  }
}

const html = (tokens: readonly Token[] = []): string =>
  tokens
    .map((given) => {
      const token = given as MarkedToken;
      switch (token.type) {
        case "strong":
          return `<strong>${html(token.tokens)}</strong>`;
        case "em":
          return `<em>${html(token.tokens)}</em>`;
        case "del":
          return `<s>${html(token.tokens)}</s>`;
        case "codespan":
          return `<code>${escaped(token.text)}</code>`;
        case "br":
          return "<br>";
        case "link":
          return isSafe(token.href) ? `<a href="${escaped(token.href)}">${html(token.tokens)}</a>` : escaped(`${plain(token.tokens)} (${token.href})`);
        case "image":
          return escaped(`${token.text} (${token.href})`);
        case "text":
          return token.tokens ? html(token.tokens) : escaped(unescaped(token.text));
        default:
          return escaped("text" in token && typeof token.text === "string" ? token.text : token.raw);
      }
    })
    .join("");

const plainBlocks = (tokens: readonly Token[], depth = 0): string => tokens.map((token) => plainBlock(token as MarkedToken, depth)).join("");

function plainBlock(token: MarkedToken, depth: number): string {
  switch (token.type) {
    case "space":
    case "def":
      return "";
    case "heading":
    case "paragraph":
      return `${plain(token.tokens)}\n\n`;
    case "text":
      return `${token.tokens ? plain(token.tokens) : token.text}\n`;
    case "code":
      return `${token.text}\n\n`;
    case "blockquote":
      return `${plainBlocks(token.tokens, depth)
        .trim()
        .split("\n")
        .map((line) => `| ${line}`)
        .join("\n")}\n\n`;
    case "list":
      return `${token.items.map((item, at) => plainItem(item, token.ordered ? `${Number(token.start || 1) + at}.` : "-", depth)).join("")}${depth === 0 ? "\n" : ""}`;
    case "table":
      return `${[token.header, ...token.rows].map((row) => row.map((cell) => plain(cell.tokens)).join(" | ")).join("\n")}\n\n`;
    case "hr":
      return "--------\n\n";
    default:
      return "text" in token && typeof token.text === "string" ? `${token.text}\n\n` : token.raw;
  }
}

const plainItem = (item: Tokens.ListItem, sign: string, depth: number): string =>
  `${"  ".repeat(depth)}${sign} ${plainBlocks(item.tokens, depth + 1)
    .trim()
    .replace(/\n(?=\S)/g, `\n${"  ".repeat(depth)}  `)}\n`;

const plain = (tokens: readonly Token[] = []): string =>
  tokens
    .map((given) => {
      const token = given as MarkedToken;
      switch (token.type) {
        case "strong":
        case "em":
        case "del":
          return plain(token.tokens);
        case "br":
          return "\n";
        case "link": {
          const words = plain(token.tokens);
          return token.href.replace(/^mailto:/, "") === words ? words : `${words} (${token.href})`;
        }
        case "image":
          return `${token.text} (${token.href})`;
        case "text":
          return token.tokens ? plain(token.tokens) : unescaped(token.text);
        default:
          return "text" in token && typeof token.text === "string" ? token.text : token.raw;
      }
    })
    .join("");
