import type { EventEntry, MethodEntry, ProtocolDocument, Schema } from "./json-schema.ts";

const head = `# Methods, events and errors of the wire

Written by \`node scripts/generate-protocol.ts --write\` from the zod schemas in \`packages/protocol/src\`; \`npm run check\` fails when it is
stale. How a connection begins and what the frames mean is in [wire.md](wire.md).

The same as data: \`@travelagent/protocol/schema.json\` is a JSON Schema (draft-07, which every validator knows) with each frame, parameter,
result and event under \`definitions\`, and who may call what under \`x-methods\` and \`x-events\`. Swift models are in the package as
\`swift/GatewayModels.swift\`.

- Parameters refuse keys that are not named here. Results and most events may gain keys: a client ignores what it does not know.
- A gateway offers the methods it has handlers for and names them in \`hello-ok.features.methods\`; one that is not there is an unknown method.
- *idempotent*: \`idempotencyKey\` is required, and a repeat gets the first answer. *two answers*: accepted first, the outcome later, under
  one id. *visitor*: a customer's web chat may call it for its own session. *node*: only connections with role \`node\` may call it.
`;

/** Where a definition of that name stands on the page. */
const anchor = (name: string) => `[${name}](#${name.toLowerCase()})`;
const code = (text: string) => `\`${text}\``;
const cell = (text: string) => text.replaceAll("|", "\\|").replace(/\s+/g, " ");

/** The page for people: methods by family, events, shapes they share, errors. */
export function docsPage(document: ProtocolDocument): string {
  const shared = Object.keys(document.definitions).filter(
    (name) => !/(Params|Result|Event)$/.test(name) || name === "ConnectParams" || !isOwnedByMethodOrEvent(document, name),
  );
  const isShared = new Set(shared);

  const type = (schema: Schema): string => {
    if (schema.$ref) {
      const name = schema.$ref.replace("#/definitions/", "");
      return isShared.has(name) ? anchor(name) : type(document.definitions[name]!);
    }
    if (schema.const !== undefined) return code(JSON.stringify(schema.const));
    if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(" or ");
    const variants = schema.anyOf ?? schema.oneOf;
    if (variants) return variants.map(type).join(" or ");
    if (Array.isArray(schema.type)) return schema.type.join(" or ");
    if (schema.type === "array") return `list of ${schema.items && !Array.isArray(schema.items) ? type(schema.items as Schema) : "anything"}`;
    if (schema.type === "object") {
      const names = Object.keys(schema.properties ?? {});
      if (names.length > 0) return `object of ${names.map((name) => code(schema.required?.includes(name) ? name : `${name}?`)).join(", ")}`;
      return typeof schema.additionalProperties === "object" && Object.keys(schema.additionalProperties).length > 0
        ? `object of ${type(schema.additionalProperties)}`
        : "object";
    }
    return (schema.type as string | undefined) ?? "anything";
  };

  const bounds = ({ minLength, maxLength, minimum, maximum, maxItems, format, default: preset }: Schema): string =>
    [
      typeof minLength === "number" && typeof maxLength === "number" ? `${minLength} to ${maxLength} characters` : "",
      typeof minLength === "number" && maxLength === undefined && minLength > 1 ? `at least ${minLength} characters` : "",
      minLength === undefined && typeof maxLength === "number" ? `at most ${maxLength} characters` : "",
      typeof minimum === "number" && typeof maximum === "number" ? `${minimum} to ${maximum}` : "",
      typeof minimum === "number" && maximum === undefined ? `${minimum} or more` : "",
      minimum === undefined && typeof maximum === "number" ? `at most ${maximum}` : "",
      typeof maxItems === "number" ? `at most ${maxItems} of them` : "",
      typeof format === "string" ? format : "",
      preset === undefined ? "" : `default ${code(JSON.stringify(preset))}`,
    ]
      .filter((text) => text !== "")
      .join(", ");

  const table = (schema: Schema): string => {
    const properties = Object.entries(schema.properties ?? {});
    if (properties.length === 0) return "";
    const rows = properties.map(([name, property]) => {
      const notes = [property.description ?? "", bounds(property)].filter((text) => text !== "").join("; ");
      return `| ${code(name)} | ${cell(type(property))} | ${schema.required?.includes(name) ? "yes" : ""} | ${cell(notes)} |`;
    });
    return ["| key | type | required | |", "| --- | --- | --- | --- |", ...rows].join("\n");
  };

  const resolved = (schema: Schema): Schema => (schema.$ref ? document.definitions[schema.$ref.replace("#/definitions/", "")]! : schema);

  const method = ([name, entry]: [string, MethodEntry]): string => {
    const who = entry.node ? "nodes" : `${code(entry.scope)}${entry.visitor ? " · visitor" : ""}`;
    const marks = [who, entry.idempotent ? "idempotent" : "", entry.twoStage ? "two answers" : ""].filter((text) => text !== "").join(" · ");
    const params = table(resolved(entry.params));
    return [
      `### ${name}`,
      `${marks}${entry.description ? `\n\n${entry.description}` : ""}`,
      params === "" ? "No parameters." : `${entry.paramsOptional ? "Parameters, all of which may be left out:\n\n" : ""}${params}`,
      `Result: ${type(entry.result)}.`,
    ].join("\n\n");
  };

  const event = ([name, entry]: [string, EventEntry]): string => {
    const who = { session: "who follows the session", all: "every connection", directed: "one connection" }[entry.audience] ?? code(entry.audience);
    const about = [entry.description ?? "", entry.dropIfSlow ? "Skipped for slow readers." : ""].filter((text) => text !== "").join(" ");
    return `| ${code(name)} | ${who} | ${cell(about)} | ${cell(type(entry.payload))} |`;
  };

  const families = new Map<string, [string, MethodEntry][]>();
  for (const entry of Object.entries(document["x-methods"])) {
    const family = entry[0].includes(".") ? entry[0].split(".")[0]! : "general";
    families.set(family, [...(families.get(family) ?? []), entry]);
  }
  const noun = (name: string): string => {
    const schema = document.definitions[name]!;
    const rows = table(schema);
    const variants = (schema.anyOf ?? schema.oneOf)?.map((variant) => table(variant)).filter((text) => text !== "");
    const body = rows !== "" ? rows : variants && variants.length > 0 ? variants.join("\n\nor\n\n") : `${type({ ...schema })}.`;
    return [`### ${name}`, ...(schema.description ? [schema.description] : []), body].join("\n\n");
  };

  return `${[
    head.trimEnd(),
    `Methods: ${[...families.keys()].map((family) => `[${family}](#methods-${family})`).join(" · ")}. Then [events](#events), [shapes](#shapes), [errors](#errors).`,
    ...[...families].flatMap(([family, entries]) => [`## Methods: ${family}`, ...entries.map(method)]),
    "## Events",
    ["| event | goes to | | payload |", "| --- | --- | --- | --- |", ...Object.entries(document["x-events"]).map(event)].join("\n"),
    "## Shapes",
    ...shared.filter((name) => name !== "ErrorCode").map(noun),
    "## Errors",
    "The list is closed. *retryable*: the same call may succeed later unchanged.",
    [
      "| code | retryable | over HTTP |",
      "| --- | --- | --- |",
      ...Object.entries(document["x-errors"]).map(([name, { retryable, httpStatus }]) => `| ${code(name)} | ${retryable ? "yes" : ""} | ${httpStatus} |`),
    ].join("\n"),
  ].join("\n\n")}\n`;
}

function isOwnedByMethodOrEvent(document: ProtocolDocument, name: string): boolean {
  const ref = `#/definitions/${name}`;
  return (
    Object.values(document["x-methods"]).some(({ params, parsedParams, result }) => [params, parsedParams, result].some((schema) => schema?.$ref === ref)) ||
    Object.values(document["x-events"]).some(({ payload }) => payload.$ref === ref)
  );
}
