import { Parser } from "htmlparser2";
import { firstLook, hiddenBySheet, isHidden, isInvisible, type Look, lookOf } from "./hidden-style.ts";
import { isForwarded } from "./own-words.ts";
import { createTextOut, type TextOut } from "./text-out.ts";

export interface HtmlText {
  /** What somebody who opens the mail reads, without the history it quotes and without signatures. */
  text: string;
  /** Pictures that stand in it, by their content id. */
  pictures: ReadonlySet<string>;
}

interface Element {
  hidden: boolean;
  look: Look;
  /** Keeps what it holds for itself until it ends. */
  quote: boolean;
  href: string | undefined;
  /** Where the words of a link begin. */
  from: number;
}

/** Of markup; beyond it nothing is read. */
const longest = 1_000_000;
/** Of text: no mail that somebody reads has more. */
const longestText = 200_000;
const deepest = 500;
const mostElements = 50_000;
const slice = 16_384;
const silent = new Set([
  "head",
  "title",
  "style",
  "script",
  "template",
  "noscript",
  "svg",
  "math",
  "object",
  "iframe",
  "embed",
  "select",
  "textarea",
  "audio",
  "video",
]);
const blocks = new Set([
  "p",
  "div",
  "table",
  "tr",
  "ul",
  "ol",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "blockquote",
  "pre",
  "section",
  "article",
  "header",
  "footer",
  "address",
  "center",
  "hr",
  "dl",
  "dt",
  "dd",
]);
const apart = new Set(["p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"]);
const quoteClass =
  /(?:^|\s)(?:gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra|gmail_signature|moz-signature|signature)(?:\s|$|_)/i;
const quoteId = /^(?:signature|OLK_SRC_BODY_SECTION|ms-outlook-mobile-signature|x_signature)$/i;
/** From here on everything is history. */
const historyId = /^(?:divRplyFwdMsg|x_divRplyFwdMsg|appendonsend|x_appendonsend|mail-editor-reference-message-container)$/;

/** Markup as text: a walk through it that runs nothing, fetches nothing and needs memory for its text alone. */
export function htmlText(html: string): HtmlText {
  // Pictures that stand in the markup itself are long and say nothing.
  const markup = withoutData(html).slice(0, longest);
  const sheet = hiddenBySheet(styleSheets(markup));
  const pictures = new Set<string>();
  /** What is kept, and above it what stands in quotes that have not ended. */
  const outs: TextOut[] = [createTextOut()];
  const stack: Element[] = [{ hidden: false, look: firstLook, quote: false, href: undefined, from: 0 }];
  let history: "before" | "reached" | "passed on" = "before";
  let verbatim = 0;
  let elements = 0;

  const top = (): Element => stack.at(-1)!;
  const out = (): TextOut => outs.at(-1)!;

  const isUnseen = (name: string, attributes: Attributes): boolean =>
    top().hidden ||
    history === "reached" ||
    stack.length > deepest ||
    out().length > longestText ||
    silent.has(name) ||
    attributes.hidden !== undefined ||
    isHidden(attributes.style ?? "") ||
    sheet.has(`#${attributes.id ?? ""}`) ||
    (attributes.class ?? "").split(/\s+/).some((one) => sheet.has(`.${one}`));

  function lookForHistory({ id }: Attributes): void {
    if (history === "before" && historyId.test(id ?? "")) history = isForwarded(outs[0]!.whole()) ? "passed on" : "reached";
  }

  function begin(name: string, attributes: Attributes): void {
    if (name === "br") out().add("\n");
    if (name === "li") {
      out().breakLine(1);
      out().add("- ");
    }
    if ((name === "td" || name === "th") && out().length > 0 && !out().endsIn(/\n/)) out().add("  ");
    if (name === "img") picture(attributes);
  }

  function picture({ src = "", alt, width = "" }: Attributes): void {
    if (outs.length > 1) return;
    const cid = /^cid:(.{1,300})$/i.exec(src)?.[1];
    if (cid !== undefined) pictures.add(cid);
    else if (alt && !(Number.parseFloat(width) <= 2)) out().add(alt.slice(0, 200));
  }

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        elements += 1;
        const hidden = isUnseen(name, attributes);
        const look = lookOf(attributes.style ?? "", attributes, top().look);
        lookForHistory(attributes);
        if (!hidden && blocks.has(name)) out().breakLine(apart.has(name) ? 2 : 1);
        const quote = !hidden && isQuote(name, attributes);
        if (quote) outs.push(createTextOut());
        stack.push({ hidden, look, quote, href: name === "a" ? attributes.href : undefined, from: out().mark() });
        if (name === "pre") verbatim += 1;
        if (!hidden) begin(name, attributes);
      },
      ontext(text) {
        const { hidden, look } = top();
        if (hidden || history === "reached" || isInvisible(look)) return;
        const said = verbatim > 0 ? text : text.replace(/[\s\u00a0]+/g, " ");
        const follows = out().length === 0 || out().endsIn(/\s/);
        out().add(verbatim === 0 && follows ? said.replace(/^ /, "") : said);
      },
      onclosetag(name) {
        const closed = stack.length > 1 ? stack.pop()! : undefined;
        if (!closed) return;
        if (name === "pre") verbatim -= 1;
        if (closed.quote) {
          const quoted = outs.pop()!.whole();
          // What is passed on is what the mail is about, and no history of ours.
          if (isForwarded(quoted)) out().add(`\n\n${quoted.trim()}`);
          return;
        }
        if (closed.hidden) return;
        if (closed.href !== undefined) out().add(linkOf(closed.href, out().since(closed.from)));
        if (blocks.has(name)) out().breakLine(apart.has(name) ? 2 : 1);
      },
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  // In slices, so that it can end early: what stands very deep, or in very many pieces, nobody reads.
  for (let from = 0; from < markup.length && stack.length <= deepest && elements < mostElements && outs[0]!.length <= longestText; from += slice)
    parser.write(markup.slice(from, from + slice));
  parser.end();
  return { text: outs.map((one) => one.whole()).join(""), pictures };
}

type Attributes = Readonly<Record<string, string>>;

const isQuote = (name: string, attributes: Attributes): boolean =>
  (name === "blockquote" && attributes.type === "cite") ||
  quoteClass.test(attributes.class ?? "") ||
  quoteId.test(attributes.id ?? "") ||
  attributes["data-smartmail"] === "gmail_signature";

/** Where a link leads, when its words do not say so. */
function linkOf(href: string, words: string): string {
  const link = href.slice(0, 500);
  const said = words.trim().slice(0, 500);
  return /^https?:\/\//i.test(link) && said !== "" && !link.includes(said.replace(/^https?:\/\//i, "")) ? ` (${link})` : "";
}

/** Data in the markup itself is cut out by looking for its ends: it may be of any length. */
function withoutData(html: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = html.indexOf(";base64,"); at >= 0; at = html.indexOf(";base64,", from)) {
    kept.push(html.slice(from, at + 8));
    const end = /["'()<>]/g;
    end.lastIndex = at + 8;
    from = end.exec(html)?.index ?? html.length;
  }
  return kept.length === 0 ? html : kept.join("") + html.slice(from);
}

/** What stands in the first few `style` elements. */
function styleSheets(markup: string): string {
  const lower = markup.toLowerCase();
  const sheets: string[] = [];
  for (let from = lower.indexOf("<style"); from >= 0 && sheets.length < 10; from = lower.indexOf("<style", from)) {
    const begin = lower.indexOf(">", from) + 1;
    const end = begin === 0 ? -1 : lower.indexOf("</style", begin);
    if (end < 0) break;
    sheets.push(markup.slice(begin, end));
    from = end;
  }
  return sheets.join("\n");
}
