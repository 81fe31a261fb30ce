import type { Tool } from "../tool.ts";
import { refusal } from "./refusal.ts";

/** Step 1: arguments as the tool declares them, nothing unknown among them. */
export function checkSchema(tool: Tool, args: unknown): unknown {
  const parsed = tool.args.safeParse(args);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 10).map((issue) => ({ path: issue.path.join("."), problem: issue.message }));
  const text = issues.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join("; ");
  throw refusal("INVALID_REQUEST", "gate.schema", `the arguments of ${tool.name} are not right: ${text}`, { issues });
}
