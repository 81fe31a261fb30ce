import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { render } from "./render.ts";
import type { TemplateSender } from "./send.ts";
import type { TemplateSet } from "./template.ts";
import { exampleValues } from "./values.ts";

export interface TemplateHandlersOptions {
  templates(): TemplateSet;
  sender: Pick<TemplateSender, "send">;
  agencyLocale(): string;
  /** IANA zone of the agency. */
  timeZone: string;
}

/** Templates on the wire, for people of the agency. */
export const templateHandlers = ({ templates, sender, agencyLocale, timeZone }: TemplateHandlersOptions): Handlers => ({
  "templates.list": async () => ({
    templates: [...templates().templates.values()].map(({ name, purpose, kind, variables, variants }) => ({
      name,
      purpose,
      kind,
      variables: { ...variables },
      variants: variants.map(({ locale, channel, source, text }) => ({ locale, source, body: text, ...(channel === undefined ? {} : { channel }) })),
    })),
  }),
  "templates.preview": async ({ name, locale, channel = "plain", timeZone: zone = timeZone, values }) => {
    const template = templates().templates.get(name);
    if (!template) throw new TravelAgentError("NOT_FOUND", `there is no template ${name}`);
    try {
      return { ...render(template, values ?? exampleValues(template.variables), { locale, channel, timeZone: zone, agencyLocale: agencyLocale() }) };
    } catch (error) {
      if (error instanceof RangeError) throw new TravelAgentError("INVALID_REQUEST", `${zone} is no time zone; use one such as Europe/Lisbon`);
      throw error;
    }
  },
  "templates.lint": async () => {
    const { problems } = templates();
    return { ok: problems.length === 0, problems: problems.map((problem) => ({ ...problem })) };
  },
  "templates.send": async ({ id, name, sessionKey, values, locale, idempotencyKey }) => ({
    ...(await sender.send({ id: id ?? `wire:${idempotencyKey}`, template: name, sessionKey, values, ...(locale === undefined ? {} : { locale }) })),
  }),
});
