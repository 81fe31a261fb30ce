import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { type Markup, markdown } from "./markdown.ts";

export interface PageTask {
  html: string;
  url: string;
  plain: boolean;
}

export interface UnderstoodPage {
  title: string;
  text: string;
  /** `article`: what the page is about, without what stands around it. `body`: all of it. */
  part: "article" | "body";
}

/** Of a page with more the article is not looked for: it would take too long. */
const mostElements = 20_000;

/** The readable part of a page. Raises for a page that is too deep. How long it takes is up to the page, so it runs in a worker. */
export function understandPage({ html, url, plain }: PageTask): UnderstoodPage {
  const page = (): Document => parseHTML(/<html[\s>]/i.test(html.slice(0, 10_000)) ? html : `<html><body>${html}</body></html>`).document as Document;
  const document = page();
  const title = (document.title ?? "").replace(/\s+/g, " ").trim();
  const article = articleOf(document);
  if (article?.content) {
    const text = markdown(article.content, { base: url, plain });
    // A page of links or figures has no article; of a short one, too much would be lost.
    if (text.length >= 200) return { title: article.title?.trim() || title, text, part: "article" };
  }
  // Reading took the first document apart.
  return { title, text: markdown(page().body, { base: url, plain }), part: "body" };
}

function articleOf(document: Document) {
  try {
    return new Readability(document as never, { maxElemsToParse: mostElements, serializer: (node: unknown) => node as Markup }).parse();
  } catch {
    return null;
  }
}

interface Document {
  readonly title: string;
  readonly body: Markup;
}
