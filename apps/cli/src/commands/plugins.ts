import type { PluginFolder, PluginStatus } from "@travelagent/plugin-kit/folder";
import { askPerson, isPersonThere } from "../ask-person.ts";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import { folderAt, folderOf, localPlugins } from "../local-plugins.ts";
import { createOutput } from "../output.ts";
import { revealed } from "../revealed.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";
import { writeConfig } from "./config.ts";

interface EnableOptions {
  json?: boolean;
  path?: string;
  sha256?: string;
}

export const pluginsCommand: AddCommand = (program, terminal, exit) => {
  const plugins = program.command("plugins").description("code of others that the gateway loads, as far as an operator approved it");

  connected(plugins.command("list"))
    .description("list plugins, how they are, and those that lie where plugins are looked for")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const result = await client.call("plugins.list", {}, { timeoutMs });
        out.data(result);
        out.table(
          ["PLUGIN", "VERSION", "STATE", "WHY"],
          result.plugins.map(({ id, version, state, reason }) => [id, version, state, reason]),
          "no plugins; see plugins.entries in the configuration",
        );
      }),
    );

  connected(plugins.command("info"))
    .description("show one plugin: what it registers, its hash, and why it is not loaded")
    .argument("<id>", "id of the plugin")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { plugin } = await client.call("plugins.inspect", { id }, { timeoutMs });
        out.data({ plugin });
        for (const line of described(plugin as unknown as PluginStatus)) out.line(line);
      }),
    );

  plugins
    .command("enable")
    .description("approve a plugin as its files are now and load it; without --sha256 it is shown first and you are asked. No code of it runs here")
    .argument("<id>", "id of the plugin")
    .option("--path <folder>", "where it lies; default where it is configured, or where plugins are looked for")
    .option("--sha256 <hash>", "of the files you have read, from: plugins doctor <folder>")
    .option("--json", "print the data as JSON")
    .action(async (id: string, options: EnableOptions) => {
      const folder = await folderOf(id, options.path, terminal);
      const { sha256 } = folder;
      if (options.sha256 === undefined && !(await agreed(options, terminal, described(labelOf(folder))))) return exit(1);
      if (options.sha256 !== undefined && options.sha256 !== sha256)
        throw await failure("CONFLICT", `the files of ${id} are not those of that hash: they have ${sha256} now; read them again`);
      const { mergePatch, configText } = await import("@travelagent/config");
      const entry = { enabled: true, sha256, ...(options.path === undefined ? {} : { path: folder.path }) };
      await writeConfig(options, terminal, `${id} is approved as it is now and switched on`, (current) =>
        configText(mergePatch(current, { plugins: { entries: { [id]: entry } } })),
      );
    });

  plugins
    .command("disable")
    .description("switch a plugin off; its approval and its configuration stay")
    .argument("<id>", "id of the plugin")
    .option("--json", "print the data as JSON")
    .action(async (id: string, options: { json?: boolean }) => {
      const { mergePatch, configText, getPath } = await import("@travelagent/config");
      const missing = await failure("NOT_FOUND", `plugins.entries does not name ${id}`);
      await writeConfig(options, terminal, `${id} is switched off`, (current) => {
        if ((getPath(current, "plugins.entries") as Record<string, unknown> | undefined)?.[id] === undefined) throw missing;
        return configText(mergePatch(current, { plugins: { entries: { [id]: { enabled: false } } } }));
      });
    });

  plugins
    .command("doctor")
    .description("check the plugins of this machine's configuration, or the one in a folder, without running them; exit code 1 when one would not be loaded")
    .argument("[folder]", "of a plugin; says whether it is right, and its hash")
    .option("--json", "print the data as JSON")
    .action(async (given: string | undefined, options: { json?: boolean }) => {
      const out = createOutput(terminal, options.json === true);
      if (given !== undefined) {
        const plugin = labelOf(await folderAt(given, terminal));
        out.data({ ok: true, plugins: [plugin] });
        for (const line of described(plugin)) out.line(line);
        return;
      }
      const { isPluginUnwell } = await import("@travelagent/plugin-kit/folder");
      const found = (await localPlugins(terminal)).map((plugin) => ({ ...plugin, state: plugin.state === "loading" ? "ready" : plugin.state }));
      const bad = found.filter((plugin) => isPluginUnwell(plugin as PluginStatus));
      out.data({ ok: bad.length === 0, plugins: found });
      out.table(["PLUGIN", "STATE", "FILES", "WHY"], found.map(({ id, state, sha256, reason }) => [id, state, sha256?.slice(0, 12), reason]), "no plugins"); // biome-ignore format: one table
      if (bad.length > 0) exit(1);
    });
};

async function agreed(options: EnableOptions, terminal: Terminal, lines: readonly string[]): Promise<boolean> {
  if (options.json === true || !isPersonThere(terminal))
    throw await failure("INVALID_REQUEST", "a person has to read what is approved: run this on a terminal, or give the hash of what was read with --sha256");
  const out = createOutput(terminal, false);
  for (const line of lines) out.line(line);
  out.line("\nIts code will run inside the gateway, with all that the gateway may do on this machine.");
  if (await askPerson(terminal, "Load this plugin, with the files as they are now?")) return true;
  out.line("nothing was changed");
  return false;
}

/** As `plugins.list` shows one that is not configured. */
function labelOf({ path, sha256, manifest }: PluginFolder): PluginStatus {
  const { id, name, version, description, tools, channels, methods, httpRoutes, hooks, commands, skills } = manifest;
  return {
    id,
    state: "available",
    enabled: false,
    name,
    version,
    description,
    path,
    sha256,
    registers: { tools, channels, methods, httpRoutes, hooks, commands, skills },
  };
}

type Shown = Pick<PluginStatus, "id" | "state" | "enabled"> & Partial<PluginStatus>;

function described({ id, name, version, description, state, reason, path, sha256, registers }: Shown): string[] {
  const lines: [string, string | undefined][] = [
    ["plugin", id],
    ["name", [name, version].filter(Boolean).join(" ")],
    ["description", description],
    ["state", state],
    ["why", reason],
    ["folder", path],
    ["hash", sha256],
    ["tools", registers?.tools.join(", ")],
    ["channels", registers?.channels.map((channel) => channel.id).join(", ")],
    ["methods", registers?.methods.map((method) => `${method.name} (${method.scope})`).join(", ")],
    ["routes", registers?.httpRoutes.map((route) => `${route.method} /plugins/${id}${route.path}${route.public ? " (public)" : ""}`).join(", ")],
    ["hooks", registers?.hooks.join(", ")],
    ["commands", registers?.commands.map((command) => command.name).join(", ")],
    ["skills", registers?.skills.join(", ")],
  ];
  return lines.flatMap(([label, value]) => (value ? [revealed(`${label.padEnd(12)} ${value}`)] : []));
}
