import { type Scope, scopes } from "@travelagent/protocol";

const implied: Partial<Record<Scope, readonly Scope[]>> = { "operator.admin": scopes, "operator.write": ["operator.read"] };

/** What somebody with these scopes may do, with all they imply. */
export function grantsOf(held: readonly string[]): ReadonlySet<string> {
  return new Set(held.flatMap((scope) => [scope, ...(implied[scope as Scope] ?? [])]));
}
