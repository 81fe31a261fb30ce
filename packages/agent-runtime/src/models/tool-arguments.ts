import { TravelAgentError } from "@travelagent/protocol";

/** What a model wrote as arguments. Nothing at all means none; what is no JSON object raises `MODEL_REJECTED`. */
export function toolArguments(tool: string, json: string): Record<string, unknown> {
  if (json.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TravelAgentError("MODEL_REJECTED", `the model called ${tool} with arguments that are no JSON object; ask again or use another model`);
  return value as Record<string, unknown>;
}
