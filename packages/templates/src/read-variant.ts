import { TravelAgentError } from "@travelagent/protocol";
import { frontMatter } from "./front-matter.ts";
import { canonicalLocale } from "./locale-chain.ts";
import { parseBody, parseInline } from "./markup.ts";
import { isMessageKind } from "./quiet-hours.ts";
import { type Purpose, purposes, type Variables, type VariableType, type Variant, variableTypes, type WhatsAppTemplate } from "./template.ts";

const bad = (what: string) => new TravelAgentError("CONFIG_INVALID", what);

function variablesOf(given: Readonly<Record<string, string>> | undefined): Variables | undefined {
  if (!given) return undefined;
  const variables: Record<string, VariableType> = {};
  for (const [name, type] of Object.entries(given)) {
    const known = variableTypes.find((one) => one === type);
    if (!known) throw bad(`${name}: there is no type "${type}"; one of ${variableTypes.join(", ")}`);
    variables[name] = known;
  }
  return variables;
}

function whatsAppOf(given: string | undefined): WhatsAppTemplate | undefined {
  if (given === undefined) return undefined;
  const [, name, parameters] = /^([a-z0-9_]{1,512})\(([^()]*)\)$/.exec(given.trim()) ?? [];
  if (name === undefined || parameters === undefined) throw bad(`whatsapp: "${given}" is written like booking_confirmed(name, reference)`);
  return {
    name,
    parameters: parameters
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  };
}

const known = new Set(["purpose", "kind", "subject", "whatsapp", "variables"]);

/** A file of a template. `name` is its name without the end: `pt-BR.sms`. Raises `CONFIG_INVALID`. */
export function readVariant(name: string, text: string, place: Pick<Variant, "source" | "file">): Variant {
  const [tag = "", channel, ...rest] = name.split(".");
  const locale = canonicalLocale(tag);
  if (locale === undefined || locale !== tag || rest.length > 0) throw bad(`"${name}" is no language and channel; name it like en.md, pt-BR.md or en.sms.md`);
  if (channel !== undefined && !/^[a-z0-9-]+$/.test(channel)) throw bad(`"${channel}" is no id of a channel`);
  const { fields, nested, body } = frontMatter(text);
  for (const key of [...Object.keys(fields), ...Object.keys(nested)])
    if (!known.has(key)) throw bad(`there is no key "${key}"; one of ${[...known].join(", ")}`);
  if (body === "") throw bad("there is no text");
  const { kind, subject } = fields;
  const purpose = purposes.find((one): one is Purpose => one === fields.purpose);
  if (fields.purpose !== undefined && purpose === undefined) throw bad(`purpose: there is no "${fields.purpose}"; one of ${purposes.join(", ")}`);
  if (kind !== undefined && !isMessageKind(kind)) throw bad(`kind: there is no "${kind}"`);
  const variables = variablesOf(nested.variables);
  const whatsapp = whatsAppOf(fields.whatsapp);
  return {
    locale,
    ...(channel === undefined ? {} : { channel }),
    ...place,
    ...(subject === undefined ? {} : { subject: parseInline(subject) }),
    ...(whatsapp ? { whatsapp } : {}),
    body: parseBody(body),
    text: body,
    ...(variables ? { variables } : {}),
    ...(purpose === undefined ? {} : { purpose }),
    ...(kind === undefined ? {} : { kind }),
  };
}
