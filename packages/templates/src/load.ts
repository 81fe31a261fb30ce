import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { lintTemplate } from "./lint.ts";
import { readVariant } from "./read-variant.ts";
import { type Template, type TemplateProblem, type TemplateSet, type Variant, variantName } from "./template.ts";

export interface TemplateFolder {
  path: string;
  source: Variant["source"];
}

const nameOf = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const maxBytes = 100_000;

/** A folder that is not there has nothing in it. */
function entries(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * Templates of these folders, `<name>/<locale>[.<channel>].md`; a file of a later folder takes the place of the same file of an earlier one.
 * What is wrong is told, and left out: a bad file of the agency leaves the shipped one in force.
 */
export function loadTemplates(folders: readonly TemplateFolder[]): TemplateSet {
  const found = new Map<string, Map<string, Variant>>();
  const problems: TemplateProblem[] = [];
  for (const { path, source } of folders)
    for (const folder of entries(path)) {
      if (folder.name.startsWith(".") || !folder.isDirectory()) continue;
      const template = folder.name;
      if (!nameOf.test(template)) {
        problems.push({ template, problem: "a name of a template has small letters, digits and single hyphens" });
        continue;
      }
      const variants = found.get(template) ?? new Map<string, Variant>();
      found.set(template, variants);
      for (const entry of entries(join(path, template))) {
        if (entry.name.startsWith(".")) continue;
        const variant = entry.name.replace(/\.md$/, "");
        try {
          if (!entry.isFile() || variant === entry.name) throw new TravelAgentError("CONFIG_INVALID", `${entry.name} is no .md file`);
          const file = join(path, template, entry.name);
          const text = readFileSync(file, "utf8");
          if (text.length > maxBytes) throw new TravelAgentError("CONFIG_INVALID", `${entry.name} is longer than ${maxBytes} characters`);
          const read = readVariant(variant, text, { source, file });
          variants.set(variantName(read), read);
        } catch (error) {
          problems.push({ template, variant, problem: TravelAgentError.from(error).message });
        }
      }
    }
  const templates = new Map<string, Template>();
  for (const [name, variants] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const all = [...variants.values()];
    const bases = all.filter(({ channel }) => channel === undefined);
    const first = bases.find(({ locale }) => locale === "en") ?? bases[0];
    if (!first) {
      problems.push({ template: name, problem: "there is no text for every channel, such as en.md" });
      continue;
    }
    const template: Template = {
      name,
      purpose: first.purpose ?? "service",
      kind: first.kind ?? "notice",
      variables: first.variables ?? {},
      variants: all,
    };
    templates.set(name, template);
    problems.push(...lintTemplate(template));
  }
  return { templates, problems };
}
