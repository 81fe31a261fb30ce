import { tidy } from "./markdown.ts";

const skipped: ReadonlySet<string> = new Set(["script", "style", "noscript", "template", "svg", "head", "iframe"]);
const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** The words of a page that is too large or too odd to be understood. Looks at each character a fixed number of times, whatever is in it. */
export function plainWords(html: string): string {
  // Letters beyond ASCII may get longer in lower case, and places would not fit.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let text = "";
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open === -1) {
      text += html.slice(at);
      break;
    }
    text += html.slice(at, open);
    if (lower.startsWith("<!--", open)) {
      const end = lower.indexOf("-->", open);
      at = end === -1 ? html.length : end + 3;
      continue;
    }
    const close = html.indexOf(">", open);
    if (close === -1) break;
    const name = /^<([a-z][a-z0-9]*)/.exec(lower.slice(open, open + 20))?.[1];
    const end = name !== undefined && skipped.has(name) ? lower.indexOf(`</${name}`, close) : -1;
    at = name !== undefined && skipped.has(name) ? (end === -1 ? html.length : end) : close + 1;
    text += /^<\/?(?:p|div|h[1-6]|li|tr|br|section|article|table|ul|ol)\b/.test(lower.slice(open, open + 12)) ? "\n" : " ";
  }
  const decoded = text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, entity: string) => {
    if (!entity.startsWith("#")) return named[entity.toLowerCase()] ?? whole;
    const code = entity[1]?.toLowerCase() === "x" ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
  return tidy(decoded.replace(/[^\S\n]+/g, " "));
}
