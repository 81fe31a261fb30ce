export { travelRulesTool } from "./travel-rules-tool.ts";
