/** As much of a DOM as is read here, so that any implementation of one will do. */
export interface Markup {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<Markup>;
  getAttribute?(name: string): string | null;
}

export interface MarkdownOptions {
  /** What relative links are relative to. */
  base: string;
  /** Words only, without marks and addresses. */
  plain?: boolean;
}

const elementNode = 1;
const textNode = 3;
/** What a reader does not see, or what is no text. */
const left: ReadonlySet<string> = new Set(
  "SCRIPT STYLE NOSCRIPT TEMPLATE SVG IFRAME OBJECT EMBED CANVAS VIDEO AUDIO HEAD INPUT TEXTAREA SELECT DIALOG".split(" "),
);
const blocks: ReadonlySet<string> = new Set(
  "P DIV SECTION ARTICLE MAIN HEADER FOOTER ASIDE NAV FIGURE FIGCAPTION ADDRESS DL DT DD FORM FIELDSET DETAILS SUMMARY BODY HTML TABLE TBODY THEAD TFOOT UL OL BLOCKQUOTE".split(
    " ",
  ),
);
const marks: Readonly<Record<string, string>> = { STRONG: "**", B: "**", EM: "*", I: "*", CODE: "`" };
/** Letters that are not seen: they hide words from people that a model would read. */
const unseen = /[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** What people see of a part of a page, as Markdown. */
export function markdown(root: Markup, { base, plain = false }: MarkdownOptions): string {
  const inside = (node: Markup): string => {
    let text = "";
    for (const child of node.childNodes) text += render(child);
    return text;
  };
  const inline = (node: Markup): string => inside(node).replace(/\s+/g, " ").trim();

  function render(node: Markup): string {
    if (node.nodeType === textNode) return (node.textContent ?? "").replace(/\s+/g, " ");
    if (node.nodeType !== elementNode || isHidden(node)) return "";
    const name = node.nodeName.toUpperCase();
    if (left.has(name)) return "";
    if (Object.hasOwn(marks, name)) return mark(marks[name]!, inside(node));
    return element(node, name);
  }
  function element(node: Markup, name: string): string {
    const heading = /^H([1-6])$/.exec(name);
    if (heading) return block(`${plain ? "" : `${"#".repeat(Number(heading[1]))} `}${inline(node)}`);
    switch (name) {
      case "BR":
        return "\n";
      case "HR":
        return plain ? "\n\n" : block("---");
      case "A":
        return link(inline(node), node.getAttribute?.("href"));
      case "IMG":
        return node.getAttribute?.("alt")?.trim() ?? "";
      case "PRE":
        return block(plain ? (node.textContent ?? "") : `\`\`\`\n${(node.textContent ?? "").trimEnd()}\n\`\`\``);
      case "LI":
        return `\n${plain ? "" : "- "}${inside(node)
          .trim()
          .replace(/\n{2,}/g, "\n")
          .replaceAll("\n", "\n  ")}`;
      case "TR":
        return `\n${plain ? "" : "| "}${cells(node).join(plain ? "  " : " | ")}${plain ? "" : " |"}`;
      case "BLOCKQUOTE":
        return block(plain ? inside(node) : tidy(inside(node)).replace(/^/gm, "> "));
      default:
        return blocks.has(name) ? block(inside(node)) : inside(node);
    }
  }
  const cells = (row: Markup): string[] => [...row.childNodes].filter(({ nodeType }) => nodeType === elementNode).map((cell) => inline(cell));
  const mark = (sign: string, text: string): string => {
    const words = text.trim();
    return plain || words === "" || words.includes("\n") ? text : text.replace(words, () => `${sign}${words}${sign}`);
  };
  function link(text: string, href: string | null | undefined): string {
    if (plain || text === "" || !href || href.startsWith("#")) return text;
    const url = URL.parse(href, base);
    return url && /^https?:$/.test(url.protocol) && url.href.length <= 500 ? `[${text}](${url.href})` : text;
  }

  return tidy(render(root));
}

const block = (text: string): string => `\n\n${text.trim()}\n\n`;

export const tidy = (text: string): string =>
  text
    .replace(unseen, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/^[ \t](?=\S)/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

const isHidden = (node: Markup): boolean =>
  node.getAttribute !== undefined &&
  (node.getAttribute("hidden") !== null ||
    node.getAttribute("aria-hidden") === "true" ||
    /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i.test(node.getAttribute("style") ?? ""));
