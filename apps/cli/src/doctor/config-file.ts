import { configFile } from "../config-file.ts";
import type { Terminal } from "../terminal.ts";
import type { Check } from "./checks.ts";

export async function checkConfigFile(terminal: Terminal): Promise<Omit<Check, "id" | "title">> {
  const { issueLine, loadConfigFile } = await import("@travelagent/config");
  const { configPath: path, load } = await configFile(terminal);
  const { exists, issues, config } = await loadConfigFile(path, terminal.env, load);
  if (issues.length > 0)
    return { status: "broken", detail: issues.map(issueLine).join("; "), advice: `correct ${path}; travelagent config validate checks it` };
  if (!exists) return { status: "note", detail: `${path} is not there; the defaults count` };
  const open = Object.entries(config?.channels ?? {}).filter(([, channel]) => channel && "dmPolicy" in channel && channel.dmPolicy === "open");
  if (open.length > 0) return { status: "note", detail: `${path} is valid; anybody may write on ${open.map(([id]) => id).join(", ")}` };
  return { status: "ok", detail: `${path} is valid` };
}
