import type { Block, Inline } from "./markup.ts";
import type { MessageKind } from "./quiet-hours.ts";

export const variableTypes = ["text", "date", "dateTime", "money", "count", "url", "list"] as const;
export type VariableType = (typeof variableTypes)[number];
export type Variables = Readonly<Record<string, VariableType>>;

/** What customers agree or object to. `legal` is owed to them whatever they said: that a machine writes, that their stop was heard. */
export const purposes = ["service", "reminders", "marketing", "legal"] as const;
export type Purpose = (typeof purposes)[number];

/** A message template that WhatsApp has approved, and which variables fill it, in order. */
export interface WhatsAppTemplate {
  name: string;
  parameters: readonly string[];
}

/** One text: of a language, and of a channel where that has its own. */
export interface Variant {
  /** BCP 47, as the file is named. */
  locale: string;
  /** Absent: for every channel that has no text of its own. */
  channel?: string;
  /** Which of the two it comes from. */
  source: "shipped" | "agency";
  /** Where it was read, for people. */
  file: string;
  subject?: readonly Inline[];
  whatsapp?: WhatsAppTemplate;
  body: readonly Block[];
  /** As it is written. */
  text: string;
  /** What the file itself declares; a variant of a channel may leave it to the text it varies. */
  variables?: Variables;
  purpose?: Purpose;
  kind?: MessageKind;
}

export interface Template {
  name: string;
  purpose: Purpose;
  kind: MessageKind;
  variables: Variables;
  variants: readonly Variant[];
}

export interface TemplateProblem {
  template: string;
  /** As the file is named, without its end. */
  variant?: string;
  problem: string;
}

/** Templates as read, and what is wrong with them. What could not be read is not among the templates. */
export interface TemplateSet {
  readonly templates: ReadonlyMap<string, Template>;
  readonly problems: readonly TemplateProblem[];
}

export const variantName = ({ locale, channel }: Pick<Variant, "locale" | "channel">): string => (channel === undefined ? locale : `${locale}.${channel}`);
