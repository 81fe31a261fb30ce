import { type Inline, inlinesOf, usedIn } from "./markup.ts";
import { type Template, type TemplateProblem, type Variables, type Variant, variantName } from "./template.ts";

const listed = (names: Iterable<string>): string => [...names].sort().join(", ");

function pluralsIn(parts: readonly Inline[]): Extract<Inline, { kind: "plural" }>[] {
  return parts.flatMap((part) => (part.kind === "plural" ? [part] : part.kind === "bold" || part.kind === "link" ? pluralsIn(part.content) : []));
}

function usesOf({ body, subject = [], whatsapp }: Variant) {
  return [...usedIn(inlinesOf(body)), ...usedIn(subject), ...(whatsapp?.parameters ?? []).map((variable) => ({ variable, as: "value" as const }))];
}

/** Text in which a number picks a form that its language does not have, or lacks one that it has. */
function* pluralProblems({ locale, body, subject = [] }: Variant): Iterable<string> {
  const known = new Set<string>(new Intl.PluralRules(locale).resolvedOptions().pluralCategories);
  for (const { variable, forms } of pluralsIn([...inlinesOf(body), ...subject])) {
    for (const category of Object.keys(forms)) if (!known.has(category)) yield `${variable}: ${locale} has no form "${category}"`;
    // Of millions, in some languages: "other" does for those.
    for (const category of known) if (category !== "many" && !Object.hasOwn(forms, category)) yield `${variable}: the form "${category}" is missing`;
  }
}

function* variableProblems(variant: Variant, variables: Variables): Iterable<string> {
  const uses = usesOf(variant);
  for (const { variable, as } of uses) {
    const type = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (type === undefined) yield `{{${variable}}} is not declared`;
    else if (as === "plural" && type !== "count") yield `{{${variable}}} picks a form and is no count`;
    else if (as === "link" && type !== "url") yield `({{${variable}}}) is a link and no url`;
  }
  // A text of one channel may say less than the other ones.
  if (variant.channel !== undefined && variant.variables === undefined) return;
  const used = new Set(uses.map(({ variable }) => variable));
  for (const name of Object.keys(variant.variables ?? {})) if (!used.has(name)) yield `${name} is declared and not used`;
}

/** What is wrong with a template. Texts of one template mean the same in every language, so they need the same. */
export function lintTemplate(template: Template): TemplateProblem[] {
  const { name, variables, purpose, kind, variants } = template;
  const problems: TemplateProblem[] = [];
  for (const variant of variants) {
    const tell = (problem: string) => problems.push({ template: name, variant: variantName(variant), problem });
    for (const problem of new Set([...variableProblems(variant, variables), ...pluralProblems(variant)])) tell(problem);
    if (variant.channel === undefined) {
      if (variant.variables === undefined && Object.keys(variables).length > 0) tell("its variables are not declared");
      for (const key of new Set([...Object.keys(variables), ...Object.keys(variant.variables ?? {})]))
        if (variables[key] !== variant.variables?.[key] && variant.variables !== undefined)
          tell(`${key} is ${variant.variables[key] ?? "not there"} and ${variables[key] ?? "not there"} in other languages`);
      if ((variant.purpose ?? "service") !== purpose) tell(`its purpose is not ${purpose}, as in other languages`);
      if ((variant.kind ?? "notice") !== kind) tell(`its kind is not ${kind}, as in other languages`);
    } else if (!variants.some(({ locale, channel }) => locale === variant.locale && channel === undefined)) tell(`there is no ${variant.locale}.md it varies`);
  }
  // What one language says on a channel, the others say there too.
  for (const channel of new Set(variants.map((variant) => variant.channel))) {
    const said = variants
      .filter((variant) => variant.channel === channel)
      .map((variant) => ({ variant, uses: new Set(usesOf(variant).map((use) => use.variable)) }));
    const all = new Set(said.flatMap(({ uses }) => [...uses]).filter((variable) => Object.hasOwn(variables, variable)));
    for (const { variant, uses } of said) {
      const lacking = [...all].filter((variable) => !uses.has(variable));
      if (lacking.length > 0)
        problems.push({ template: name, variant: variantName(variant), problem: `${listed(lacking)} is said in other languages and not here` });
    }
  }
  return problems;
}
