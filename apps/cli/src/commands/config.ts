import type { GatewayConfig, ReloadOutlook } from "@travelagent/config";
import type { Command } from "commander";
import { configFile } from "../config-file.ts";
import { failure } from "../failure.ts";
import { json5Argument } from "../json5-argument.ts";
import { createOutput } from "../output.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

interface JsonOption {
  json?: boolean;
}

export const configCommand: AddCommand = (program, terminal) => {
  const config = program
    .command("config")
    .description("read and change the configuration file; no gateway needs to run")
    .addHelpText(
      "after",
      "\nExamples:\n  travelagent config get gateway.port\n  travelagent config set agents.defaults.timeZone Europe/Madrid\n  travelagent config patch '{logging: {level: \"debug\"}}'\n  travelagent config unset channels.telegram",
    );
  const add = (name: string, description: string): Command => config.command(name).description(description).option("--json", "print the data as JSON");

  add("get", "print a setting, defaults included; secrets are masked")
    .argument("[path]", "such as gateway.port; the whole configuration without it")
    .action((path: string | undefined, options: JsonOption) => get(path, options, terminal));
  add("set", "change one setting")
    .argument("<path>", "such as gateway.port")
    .argument("<value>", "JSON5; what is none is taken as text")
    .option("--text", "take the value as text whatever it looks like")
    .action((path: string, text: string, options: JsonOption & { text?: boolean }) => set(path, text, options, terminal));
  add("unset", "take one setting out, so that its default counts")
    .argument("<path>", "such as gateway.port")
    .action((path: string, options: JsonOption) => unset(path, options, terminal));
  add("patch", "merge an object into the file: null takes away, lists replace")
    .argument("<json5>", "such as '{gateway: {port: 19001}}'")
    .action((text: string, options: JsonOption) => patch(text, options, terminal));
  add("validate", "say whether the file is valid; exit code 2 when it is not").action((options: JsonOption) => validate(options, terminal));
  add("schema", "print the JSON Schema of the file").action(async () => {
    const { configSchemaDocument } = await import("@travelagent/config");
    createOutput(terminal, true).data(configSchemaDocument());
  });
};

async function get(path: string | undefined, options: JsonOption, terminal: Terminal): Promise<void> {
  const { getPath, loadConfigFile, redactConfig, requireConfig } = await import("@travelagent/config");
  const { configPath, load } = await configFile(terminal);
  const snapshot = await loadConfigFile(configPath, terminal.env, load);
  requireConfig(snapshot);
  const shown = redactConfig(snapshot);
  const value = path === undefined ? shown : getPath(shown, path);
  if (value === undefined) throw await failure("NOT_FOUND", `${path} is not set`);
  const out = createOutput(terminal, options.json === true);
  out.data(value);
  out.line(typeof value === "object" ? JSON.stringify(value, null, 2) : String(value));
}

async function set(path: string, text: string, options: JsonOption & { text?: boolean }, terminal: Terminal): Promise<void> {
  const { configText, setPath } = await import("@travelagent/config");
  const value = options.text ? text : await readValue(text);
  await writeConfig(options, terminal, `${path} is set`, (current) => configText(setPath(current, path, value)));
}

async function unset(path: string, options: JsonOption, terminal: Terminal): Promise<void> {
  const { configText, getPath, setPath } = await import("@travelagent/config");
  const missing = await failure("NOT_FOUND", `${path} is not in the file`);
  await writeConfig(options, terminal, `${path} is taken out`, (current) => {
    if (getPath(current, path) === undefined) throw missing;
    return configText(setPath(current, path, undefined));
  });
}

async function patch(text: string, options: JsonOption, terminal: Terminal): Promise<void> {
  const { configText, mergePatch } = await import("@travelagent/config");
  const wanted = await json5Argument(text, "the patch");
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted))
    throw await failure("INVALID_REQUEST", "the patch must be an object, such as '{gateway: {port: 19001}}'");
  await writeConfig(options, terminal, "the patch is merged", (current) => configText(mergePatch(current, wanted)));
}

async function validate(options: JsonOption, terminal: Terminal): Promise<void> {
  const { issueLine, loadConfigFile } = await import("@travelagent/config");
  const { configPath, load } = await configFile(terminal);
  const { path, exists, issues } = await loadConfigFile(configPath, terminal.env, load);
  const out = createOutput(terminal, options.json === true);
  out.data({ path, exists, valid: issues.length === 0, issues });
  if (issues.length === 0) return out.line(exists ? `${path} is valid` : `${path} is not there; the defaults count`);
  for (const issue of issues) out.line(issueLine(issue));
  throw await failure("CONFIG_INVALID", `${path} has ${issues.length === 1 ? "one fault" : `${issues.length} faults`}`);
}

/** Changes the file, and says what that means for a gateway that runs. */
export async function writeConfig(options: JsonOption, terminal: Terminal, said: string, change: (current: unknown) => string): Promise<void> {
  const { configInvalid, GatewayConfig, reloadOutlook, writeConfigFile } = await import("@travelagent/config");
  const { configPath, load } = await configFile(terminal);
  let before: GatewayConfig | undefined;
  const written = await writeConfigFile({
    ...load,
    path: configPath,
    env: terminal.env,
    baseHash: "any",
    change(current) {
      if (current.parsed === undefined) throw configInvalid(current.issues, current.path);
      before = current.config;
      return change(current.parsed);
    },
  });
  const outlook = reloadOutlook(before ?? GatewayConfig.parse({}), written.config!);
  const out = createOutput(terminal, options.json === true);
  out.data({ ok: true, path: written.path, hash: written.hash, ...outlook });
  out.line(`${said} (${written.path})`);
  const when = whenItCounts(outlook);
  if (when) out.line(when);
}

/** For people: what a gateway that runs does about the change. */
function whenItCounts({ reload, restart }: ReloadOutlook): string | undefined {
  if (restart.needed)
    return restart.automatic
      ? `a running gateway restarts for it (${restart.reasons.map((reason) => reason.split(":", 1)[0]).join(", ")})`
      : `a running gateway goes on without it until it restarts, as gateway.reload.mode "${reload.mode}" says`;
  return reload.live.length > 0 ? "a running gateway takes it over at once" : undefined;
}

/** A bare word needs no quotes: what is no JSON5 is text. */
async function readValue(text: string): Promise<unknown> {
  const { parseJson5 } = await import("@travelagent/config");
  try {
    return parseJson5(text, "the value");
  } catch {
    return text;
  }
}
