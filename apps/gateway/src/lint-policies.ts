import { fileURLToPath } from "node:url";
import type { PolicyFinding } from "@travelagent/agent-runtime/gate";

export interface LintPoliciesOptions {
  packs: readonly string[];
  /** The agency's own rules. */
  directory?: string;
  /** Over those of packs and files. */
  params?: Readonly<Record<string, unknown>>;
}

/** What is wrong or suspicious in the rules of these packs and of this folder. Raises `CONFIG_INVALID` for a pack that is not there. */
export async function lintPolicies({ packs, directory, params = {} }: LintPoliciesOptions): Promise<readonly PolicyFinding[]> {
  const { checkPolicyFiles } = await import("./answering/policy-check.ts");
  const { filesIn, filesOfPacks } = await import("./answering/policy-files.ts");
  const root = fileURLToPath(new URL("../policy", import.meta.url));
  return checkPolicyFiles([...filesOfPacks(root, packs), ...(directory === undefined ? [] : filesIn(directory))], { params });
}
