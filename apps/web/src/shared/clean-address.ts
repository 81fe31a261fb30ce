/** Names under which links carry an endpoint or a secret. */
const foreign = new Set(["gatewayurl", "wsurl", "token", "gatewaytoken", "devicetoken", "accesstoken", "password", "apikey"]);

const isForeign = (name: string): boolean => foreign.has(name.toLowerCase().replaceAll(/[-_.]/g, ""));

function kept(query: string): string {
  const params = new URLSearchParams(query);
  const names = [...new Set(params.keys())].filter(isForeign);
  if (names.length === 0) return query;
  for (const name of names) params.delete(name);
  return params.toString();
}

/**
 * The path, query and fragment without endpoint and secrets; undefined when there were none. Nothing here reads them: a link must
 * not choose whom this page talks to, and a secret in the address would stay in the browser's history.
 */
export function cleanAddress({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">): string | undefined {
  const query = kept(search.slice(1));
  const fragment = hash.includes("=") ? kept(hash.slice(1)) : hash.slice(1);
  if (query === search.slice(1) && fragment === hash.slice(1)) return undefined;
  return `${pathname}${query === "" ? "" : `?${query}`}${fragment === "" ? "" : `#${fragment}`}`;
}

/** Takes them out of the address bar and the history. Before anything else looks at the address. */
export function tidyAddress(): void {
  const clean = cleanAddress(location);
  if (clean !== undefined) history.replaceState(null, "", clean);
}
