import { lexer, type MarkedToken, type Token, type Tokens } from "marked";

/**
 * Markdown in Slack's own dialect, mrkdwn (https://docs.slack.dev/messaging/formatting-message-text): bold, italic, struck, code, links,
 * quotes. Whatever else there is becomes text: headings are bold, lists have bullets, tables are set in one width. The three signs
 * by which Slack knows links, people and channels stand for themselves: nobody is called by a text.
 */
export function mrkdwn(markdown: string): string {
  return blocks(lexer(markdown, { gfm: true, breaks: true })).trim();
}

/** Text that means nothing to Slack. */
export const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
export const unescaped = (text: string): string => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** What somebody wrote in Slack, as plain text: links with their address, people and channels by what Slack calls them. */
export const plainOf = (text: string): string =>
  unescaped(
    text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target: string, label?: string) => {
      if (/^[@#!]/.test(target))
        return label ? (target.startsWith("#") ? `#${label}` : `@${label.replace(/^@/, "")}`) : target.replace(/^!(?:subteam\^)?/, "@");
      const shown = target.replace(/^(mailto|tel):/, "");
      return label === undefined || label === shown || label === target ? shown : `${label} (${target})`;
    }),
  );

const blocks = (tokens: readonly Token[], depth = 0): string => tokens.map((token) => block(token as MarkedToken, depth)).join("");

function block(token: MarkedToken, depth: number): string {
  switch (token.type) {
    case "space":
      return "";
    case "heading":
      return `${around("*", inline(token.tokens))}\n\n`;
    case "paragraph":
      return `${inline(token.tokens)}\n\n`;
    case "text":
      return `${token.tokens ? inline(token.tokens) : escaped(token.text)}\n`;
    case "code":
      return `\`\`\`\n${escaped(token.text)}\n\`\`\`\n\n`;
    case "blockquote":
      return `${blocks(token.tokens, depth)
        .trim()
        .split("\n")
        .map((line) => `>${line}`)
        .join("\n")}\n\n`;
    case "list":
      return `${list(token, depth)}${depth === 0 ? "\n" : ""}`;
    case "table":
      return `\`\`\`\n${table(token)}\n\`\`\`\n\n`;
    case "hr":
      return "———\n\n";
    case "html":
      return escaped(token.text);
    default:
      return "raw" in token ? escaped(token.raw) : "";
  }
}

function list({ items, ordered, start }: Tokens.List, depth: number): string {
  const indent = "    ".repeat(depth);
  return items
    .map((item, index) => {
      const mark = item.task ? (item.checked ? "☑" : "☐") : ordered ? `${Number(start || 1) + index}.` : "•";
      return `${indent}${mark} ${blocks(item.tokens, depth + 1).trim()}\n`;
    })
    .join("");
}

function table({ header, rows }: Tokens.Table): string {
  const all = [header, ...rows].map((row) => row.map(({ text }) => escaped(text)));
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
/** Slack marks words only from their first to their last letter. */
const around = (mark: string, text: string): string =>
  text.replace(/^(\s*)([\s\S]*?)(\s*)$/, (_, before, word, after) => (word === "" ? text : before + mark + word + mark + after));

function span(token: MarkedToken): string {
  switch (token.type) {
    case "strong":
      return around("*", inline(token.tokens));
    case "em":
      return around("_", inline(token.tokens));
    case "del":
      return around("~", inline(token.tokens));
    case "codespan":
      return `\`${escaped(token.text)}\``;
    case "br":
      return "\n";
    case "link":
      return linked(token.href, token.text);
    case "image":
      return linked(token.href, token.text || token.href);
    case "text":
      return "tokens" in token && token.tokens ? inline(token.tokens) : escaped(token.text);
    case "escape":
    case "html":
      return escaped(token.text);
    default:
      return "raw" in token ? escaped(token.raw) : "";
  }
}

/** Only what opens a page, a mail or a call. */
function linked(href: string, label: string): string {
  if (!/^(https?:|mailto:|tel:)/i.test(href) || /[<>|\s]/.test(href)) return escaped(label === href ? href : `${label} (${href})`);
  return label === href || `mailto:${label}` === href ? `<${escaped(href)}>` : `<${escaped(href)}|${escaped(label.replace(/[|\n]/g, " "))}>`;
}
