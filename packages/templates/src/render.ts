import { TravelAgentError } from "@travelagent/protocol";
import { formatLocale, localeChain } from "./locale-chain.ts";
import type { Block, Inline } from "./markup.ts";
import type { Template, Variant } from "./template.ts";
import { type Shown, shownValues } from "./values.ts";

export interface RenderFor {
  /** Of the customer, BCP 47; without it the agency's. */
  locale?: string | undefined;
  /** Default `en`. */
  agencyLocale?: string | undefined;
  /** Id of the channel it goes out on; `email` gets subject and HTML, `whatsapp` its template and parameters. */
  channel: string;
  /** IANA zone of the customer. */
  timeZone: string;
}

export interface Rendered {
  template: string;
  /** Of the text that was found. */
  locale: string;
  channel: string;
  text: string;
  subject?: string;
  html?: string;
  whatsapp?: { name: string; language: string; parameters: string[] };
}

type Values = ReadonlyMap<string, Shown>;

const signs: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => signs[sign]!);
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

const shownValue = (values: Values, variable: string): Shown => {
  const shown = values.get(variable);
  if (!shown) throw new TravelAgentError("CONFIG_INVALID", `{{${variable}}} is used and not declared; run travelagent templates lint`);
  return shown;
};

/** Data of a language that rarely changes and is costly to make. */
const rules = new Map<string, Intl.PluralRules>();
function categoryOf(locale: string, number: number): string {
  let rule = rules.get(locale);
  if (!rule) {
    rule = new Intl.PluralRules(locale);
    rules.set(locale, rule);
  }
  return rule.select(number);
}

interface Form {
  text(text: string): string;
  bold(content: string): string;
  link(content: string, url: string): string;
}

function piece(part: Inline, values: Values, locale: string, form: Form): string {
  switch (part.kind) {
    case "text":
      return form.text(part.text);
    case "value":
      return form.text(shownValue(values, part.variable).text);
    case "plural": {
      const { number, text } = shownValue(values, part.variable);
      const chosen = part.forms[categoryOf(locale, number ?? 0)] ?? part.forms.other!;
      return form.text(chosen.split("#").join(text));
    }
    case "bold":
      return form.bold(line(part.content, values, locale, form));
    case "link":
      return form.link(line(part.content, values, locale, form), "url" in part.href ? part.href.url : shownValue(values, part.href.variable).text);
  }
}

const line = (parts: readonly Inline[], values: Values, locale: string, form: Form): string => parts.map((part) => piece(part, values, locale, form)).join("");

const asText: Form = {
  text: (text) => text,
  bold: (content) => content,
  link: (content, url) => (content === url ? url : `${content}: ${url}`),
};

const asHtml: Form = {
  text: (text) => escaped(text).replaceAll("\n", "<br>"),
  bold: (content) => `<strong>${content}</strong>`,
  link: (content, url) => `<a href="${escaped(url)}">${content}</a>`,
};

const textOf = (blocks: readonly Block[], values: Values, locale: string): string =>
  blocks
    .map((block) => {
      if (block.kind === "heading") return line(block.content, values, locale, asText);
      if (block.kind === "list") return block.items.map((item) => `- ${line(item, values, locale, asText)}`).join("\n");
      return block.lines.map((one) => line(one, values, locale, asText)).join("\n");
    })
    .join("\n\n");

const htmlOf = (blocks: readonly Block[], values: Values, locale: string): string =>
  blocks
    .map((block) => {
      if (block.kind === "heading") return `<h2>${line(block.content, values, locale, asHtml)}</h2>`;
      if (block.kind === "list") return `<ul>${block.items.map((item) => `<li>${line(item, values, locale, asHtml)}</li>`).join("")}</ul>`;
      return `<p>${block.lines.map((one) => line(one, values, locale, asHtml)).join("<br>")}</p>`;
    })
    .join("");

/** The text for a language and a channel: language goes first, then a text of the channel's own. */
export function variantFor({ variants }: Template, { locale, agencyLocale, channel }: Omit<RenderFor, "timeZone">): Variant | undefined {
  for (const wanted of localeChain(locale, agencyLocale)) {
    const found =
      variants.find((one) => one.locale === wanted && one.channel === channel) ?? variants.find((one) => one.locale === wanted && one.channel === undefined);
    if (found) return found;
  }
  return variants.find((one) => one.channel === undefined);
}

/**
 * The message a template makes of values. Pure. Values are data: nothing in them is taken for a placeholder or markup, and in HTML they are
 * escaped. Raises `INVALID_REQUEST` for values that are missing, wrong or not asked for.
 */
export function render(template: Template, values: Readonly<Record<string, unknown>>, target: RenderFor): Rendered {
  const variant = variantFor(template, target);
  if (!variant) throw new TravelAgentError("CONFIG_INVALID", `the template ${template.name} has no text; run travelagent templates lint`);
  const { channel, timeZone } = target;
  const locale = formatLocale(variant.locale, target.locale, target.agencyLocale);
  const shown = shownValues(template.name, template.variables, values, { locale, timeZone });
  const base = template.variants.find((one) => one.locale === variant.locale && one.channel === undefined) ?? variant;
  const subject = variant.subject ?? base.subject;
  const whatsapp = variant.whatsapp ?? base.whatsapp;
  return {
    template: template.name,
    locale: variant.locale,
    channel,
    text: textOf(variant.body, shown, locale),
    ...(channel === "email" && subject ? { subject: oneLine(line(subject, shown, locale, asText)) } : {}),
    ...(channel === "email"
      ? {
          html: `<!doctype html><html lang="${escaped(variant.locale)}"><head><meta charset="utf-8"></head><body>${htmlOf(variant.body, shown, locale)}</body></html>`,
        }
      : {}),
    ...(channel === "whatsapp" && whatsapp
      ? {
          whatsapp: {
            name: whatsapp.name,
            language: variant.locale.replace("-", "_"),
            parameters: whatsapp.parameters.map((name) => oneLine(shownValue(shown, name).text)),
          },
        }
      : {}),
  };
}
