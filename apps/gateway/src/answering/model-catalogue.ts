/** The models that people may name, and how. */
export interface ModelCatalogue {
  /** References of everything that can be asked, `provider/id`. */
  known: readonly string[];
  /** References by alias, as it is written in the configuration. */
  aliases: Readonly<Record<string, string>>;
  /** What may be chosen. Absent: everything that is known. */
  allowed?: ReadonlySet<string> | undefined;
  /** Ids of the keys of a provider. */
  keysOf(provider: string): readonly string[];
}

export type ResolvedModel =
  | { reference: string /** Of the key to keep to, where one was named. */; authProfile?: string }
  /** A sentence for whoever asked. */
  | { problem: string };

/** For words without a provider that fit nothing else. */
const defaultProvider = "anthropic";

const split = (reference: string): [provider: string, id: string] => {
  const at = reference.indexOf("/");
  return [reference.slice(0, at), reference.slice(at + 1)];
};
const squash = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
const list = (names: readonly string[]): string => names.join(", ");

/**
 * What somebody means by a name: an alias, a reference (`provider/id`, where the id may have slashes itself), an id, or a part
 * that only one model has. `name@key` names one of the provider's keys too.
 */
export function resolveModel(text: string, catalogue: ModelCatalogue): ResolvedModel {
  const name = text.trim();
  if (name === "") return { problem: `Name a model: ${offered(catalogue)}.` };
  const whole = resolveName(name, catalogue, { exactly: true });
  if (whole) return whole;
  const at = name.lastIndexOf("@");
  if (at <= 0) return resolveName(name, catalogue) ?? unknown(name, catalogue);
  const found = resolveName(name.slice(0, at), catalogue) ?? unknown(name.slice(0, at), catalogue);
  if ("problem" in found) return found;
  const [provider] = split(found.reference);
  const wanted = name.slice(at + 1);
  const keys = catalogue.keysOf(provider);
  const authProfile = keys.find((id) => id === wanted || id === `${provider}:${wanted}`);
  if (authProfile) return { ...found, authProfile };
  return { problem: `${provider} has no key "${wanted}"; there ${keys.length === 1 ? "is" : "are"} ${list(keys) || "none"}.` };
}

function resolveName(name: string, catalogue: ModelCatalogue, { exactly = false } = {}): ResolvedModel | undefined {
  const { known, aliases } = catalogue;
  const same = (a: string) => a.toLowerCase() === name.toLowerCase();
  const alias = Object.keys(aliases).find(same);
  if (alias !== undefined) return permitted(aliases[alias]!, catalogue);
  const reference = known.find((one) => one === name) ?? known.find(same) ?? known.find((one) => one === `${defaultProvider}/${name}`);
  if (reference !== undefined) return permitted(reference, catalogue);
  const byId = known.filter((one) => same(split(one)[1]));
  if (byId.length > 0) return only(name, byId, catalogue);
  if (exactly) return undefined;
  const part = squash(name);
  const near = part.length < 2 ? [] : known.filter((one) => squash(one).includes(part) || aliasesOf(one, catalogue).some((own) => squash(own).includes(part)));
  return near.length > 0 ? only(name, near, catalogue) : undefined;
}

const aliasesOf = (reference: string, { aliases }: ModelCatalogue): string[] => Object.keys(aliases).filter((alias) => aliases[alias] === reference);

/** Of several that fit, the one that may be chosen. */
function only(name: string, found: readonly string[], catalogue: ModelCatalogue): ResolvedModel {
  const open = found.filter((reference) => catalogue.allowed?.has(reference) ?? true);
  if (open.length > 1) return { problem: `"${name}" could be ${list(open)}; say which.` };
  return permitted(open[0] ?? found[0]!, catalogue);
}

function permitted(reference: string, catalogue: ModelCatalogue): ResolvedModel {
  if (!catalogue.known.includes(reference)) return unknown(reference, catalogue);
  if (catalogue.allowed?.has(reference) ?? true) return { reference };
  return { problem: `${reference} may not be chosen here. There is ${offered(catalogue)}.` };
}

function unknown(name: string, catalogue: ModelCatalogue): ResolvedModel {
  const [provider] = name.includes("/") ? split(name) : [undefined];
  const providers = new Set(catalogue.known.map((reference) => split(reference)[0]));
  if (provider !== undefined && !providers.has(provider))
    return { problem: `There is no provider "${provider}" in the configuration. There is ${offered(catalogue)}.` };
  return { problem: `There is no model "${name}". There is ${offered(catalogue)}.` };
}

/** What may be chosen, in a sentence. */
function offered(catalogue: ModelCatalogue): string {
  const open = catalogue.known.filter((reference) => catalogue.allowed?.has(reference) ?? true);
  return list(open.map((reference) => [reference, ...aliasesOf(reference, catalogue).map((alias) => `(${alias})`)].join(" ")));
}
