import type { TemplateUse } from "@travelagent/protocol/messages";

/** What WhatsApp calls a text of ours, once it has approved it. */
export interface CloudTemplate {
  /** As it was submitted: small letters, digits and underscores. */
  name: string;
  /** Our locale to WhatsApp's code: `{ en: "en_US", de: "de" }`. A locale that is not listed takes its language, then the first. */
  languages: Readonly<Record<string, string>>;
  /** Our variables in the order of the places in the text. Absent: all, in the order in which they come. */
  body?: readonly string[] | undefined;
  /** Those of the header's text. */
  header?: readonly string[] | undefined;
  /** Of each button with an address in it, in order, what is put behind the address. */
  urlButtons?: readonly string[] | undefined;
  /** The places have names (`{{reference}}`), the same as our variables. */
  named?: boolean | undefined;
}

export type TemplatePart = { body: Record<string, unknown> } | { refused: string };

/** WhatsApp refuses a value with line breaks, tabs or more than four spaces in a row. */
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function languageOf({ languages }: CloudTemplate, locale: string): string | undefined {
  const wanted = locale.toLowerCase().replaceAll("_", "-");
  const entries = Object.entries(languages).map(([ours, theirs]) => [ours.toLowerCase().replaceAll("_", "-"), theirs] as const);
  const [language] = wanted.split("-");
  return (
    entries.find(([ours]) => ours === wanted)?.[1] ??
    entries.find(([ours]) => ours === language)?.[1] ??
    entries.find(([ours]) => ours.split("-")[0] === language)?.[1] ??
    entries[0]?.[1]
  );
}

/** A template as WhatsApp takes it, or in words what is missing. */
export function templatePart({ name, locale, variables }: TemplateUse, templates: Readonly<Record<string, CloudTemplate>>): TemplatePart {
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (!template) return { refused: `no approved WhatsApp template is configured for "${name}"` };
  const code = languageOf(template, locale);
  if (code === undefined) return { refused: `the WhatsApp template for "${name}" has no language` };
  const { body = Object.keys(variables), header = [], urlButtons = [], named } = template;
  const missing = [...header, ...body, ...urlButtons].filter((variable) => oneLine(variables[variable] ?? "") === "");
  if (missing.length > 0) return { refused: `the WhatsApp template for "${name}" needs ${missing.join(", ")}, which this message does not have` };
  const parameter = (variable: string) => ({ type: "text", ...(named ? { parameter_name: variable } : {}), text: oneLine(variables[variable] ?? "") });
  const components = [
    ...(header.length > 0 ? [{ type: "header", parameters: header.map(parameter) }] : []),
    ...(body.length > 0 ? [{ type: "body", parameters: body.map(parameter) }] : []),
    ...urlButtons.map((variable, index) => ({
      type: "button",
      sub_type: "url",
      index: String(index),
      parameters: [{ type: "text", text: oneLine(variables[variable] ?? "") }],
    })),
  ];
  return {
    body: {
      type: "template",
      template: { name: template.name, language: { code, policy: "deterministic" }, ...(components.length > 0 ? { components } : {}) },
    },
  };
}
