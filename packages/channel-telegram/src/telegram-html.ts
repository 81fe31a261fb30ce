import { lexer, type MarkedToken, type Token, type Tokens } from "marked";

/**
 * Markdown in the HTML that Telegram knows (https://core.telegram.org/bots/api#html-style): bold, italic, struck, code, links, quotes.
 * Whatever else there is becomes text: headings are bold, lists have bullets, tables are set in one width. HTML in the text is text.
 */
export function telegramHtml(markdown: string): string {
  return blocks(lexer(markdown, { gfm: true, breaks: true })).trim();
}

/** The same as plain text, for when Telegram refuses the markup: nothing of what was said is lost. */
export const plainText = (markdown: string): string =>
  unescaped(
    telegramHtml(markdown)
      .replace(/<a href="([^"]*)">([\s\S]*?)<\/a>/g, linkAsText)
      .replace(/<[^>]*>/g, ""),
  );

const linkAsText = (_: string, href: string, label: string): string => (label === href ? label : `${label} (${href})`);

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const unescaped = (text: string): string =>
  text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
/** marked escapes what stands in code and text already as entities only where it must; its `raw` forms are not needed here. */
const attribute = (text: string): string => escaped(text).replace(/"/g, "&quot;");

const blocks = (tokens: readonly Token[], depth = 0): string => tokens.map((token) => block(token as MarkedToken, depth)).join("");

function block(token: MarkedToken, depth: number): string {
  switch (token.type) {
    case "space":
      return "";
    case "heading":
      return `<b>${inline(token.tokens)}</b>\n\n`;
    case "paragraph":
      return `${inline(token.tokens)}\n\n`;
    case "text":
      return `${token.tokens ? inline(token.tokens) : escaped(token.text)}\n`;
    case "code": {
      const language = /^[\w+-]+/.exec(token.lang ?? "")?.[0];
      return language === undefined
        ? `<pre>${escaped(token.text)}</pre>\n\n`
        : `<pre><code class="language-${language}">${escaped(token.text)}</code></pre>\n\n`;
    }
    case "blockquote":
      return `<blockquote>${blocks(token.tokens, depth).trim()}</blockquote>\n\n`;
    case "list":
      return `${list(token, depth)}${depth === 0 ? "\n" : ""}`;
    case "table":
      return `<pre>${escaped(table(token))}</pre>\n\n`;
    case "hr":
      return "———\n\n";
    case "html":
      return escaped(token.text);
    default:
      return "raw" in token ? escaped(token.raw) : "";
  }
}

function list({ items, ordered, start }: Tokens.List, depth: number): string {
  const indent = "  ".repeat(depth);
  return items
    .map((item, index) => {
      const mark = item.task ? (item.checked ? "☑" : "☐") : ordered ? `${Number(start || 1) + index}.` : "•";
      return `${indent}${mark} ${blocks(item.tokens, depth + 1).trim()}\n`;
    })
    .join("");
}

function table({ header, rows }: Tokens.Table): string {
  const all = [header, ...rows].map((row) => row.map(({ tokens }) => unescaped(inline(tokens).replace(/<[^>]*>/g, ""))));
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

function span(token: MarkedToken): string {
  switch (token.type) {
    case "strong":
      return `<b>${inline(token.tokens)}</b>`;
    case "em":
      return `<i>${inline(token.tokens)}</i>`;
    case "del":
      return `<s>${inline(token.tokens)}</s>`;
    case "codespan":
      return `<code>${escaped(token.text)}</code>`;
    case "br":
      return "\n";
    case "link":
      return linked(token.href, inline(token.tokens));
    case "image":
      return linked(token.href, escaped(token.text || token.href));
    case "text":
      return "tokens" in token && token.tokens ? inline(token.tokens) : escaped(token.text);
    case "escape":
    case "html":
      return escaped(token.text);
    default:
      return "raw" in token ? escaped(token.raw) : "";
  }
}

/** Only what opens a page, a mail or a call; Telegram refuses a message with other links. */
const linked = (href: string, label: string): string => (/^(https?:|mailto:|tel:|tg:)/i.test(href) ? `<a href="${attribute(href)}">${label}</a>` : label);
