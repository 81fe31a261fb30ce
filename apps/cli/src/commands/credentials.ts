// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import type { Command } from "commander";
import { configFile } from "../config-file.ts";
import { failure } from "../failure.ts";
import { createOutput } from "../output.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

interface JsonOption {
  json?: boolean;
}

export const credentialsCommand: AddCommand = (program, terminal) => {
  const credentials = program
    .command("credentials")
    .description("secrets, encrypted on this machine; the configuration names them as ${credential:NAME}")
    .addHelpText(
      "after",
      "\nExamples:\n  travelagent credentials set hook-token < secret.txt\n  travelagent config set hooks.token '${credential:hook-token}'\n  travelagent credentials rotate",
    );
  const add = (name: string, description: string): Command => credentials.command(name).description(description).option("--json", "print the data as JSON");

  add("set", "store a secret; it is read from standard input")
    .argument("<name>", "letters, digits, dot, dash and underscore")
    .action((name: string, options: JsonOption) => set(name, options, terminal));
  add("list", "names and dates, never values").action((options: JsonOption) => list(options, terminal));
  add("remove", "forget a secret")
    .argument("<name>")
    .action((name: string, options: JsonOption) => remove(name, options, terminal));
  add("rotate", "encrypt everything under a new key: a key file gets a new one, a given key is replaced by TRAVELAGENT_NEW_MASTER_KEY").action(
    (options: JsonOption) => rotate(options, terminal),
  );
};

async function set(name: string, options: JsonOption, terminal: Terminal): Promise<void> {
  await notTheVaults(name);
  const { credentials } = await configFile(terminal);
  const value = await secretFrom(terminal);
  await credentials.set(name, value);
  const out = createOutput(terminal, options.json === true);
  out.data({ ok: true, name });
  out.line(`${name} is stored; write \${credential:${name}} where it is needed. A running gateway that uses it takes the new value over by itself`);
}

async function list(options: JsonOption, terminal: Terminal): Promise<void> {
  const entries = await (await configFile(terminal)).credentials.list();
  const out = createOutput(terminal, options.json === true);
  out.data({ credentials: entries });
  if (entries.length === 0) return out.line("no credentials are stored");
  for (const { name, updatedAt, readable } of entries)
    out.line(`${name}  ${updatedAt.slice(0, 10)}${readable ? "" : "  cannot be opened with this key: give the key it was stored with, or store it again"}`);
}

async function remove(name: string, options: JsonOption, terminal: Terminal): Promise<void> {
  await notTheVaults(name);
  const { loadConfigFile } = await import("@travelagent/config");
  const { credentials, configPath, load } = await configFile(terminal);
  const { files } = await loadConfigFile(configPath, terminal.env, load);
  if (files.includes(credentials.pathOf(name)))
    throw await failure(
      "CONFLICT",
      `${configPath} uses \${credential:${name}}: take it out there first, or store another value with travelagent credentials set ${name}`,
    );
  await credentials.remove(name);
  const out = createOutput(terminal, options.json === true);
  out.data({ ok: true, name });
  out.line(`${name} is removed`);
}

async function rotate(options: JsonOption, terminal: Terminal): Promise<void> {
  const { rotated, keyId } = await (await configFile(terminal)).credentials.rotate();
  const out = createOutput(terminal, options.json === true);
  out.data({ ok: true, rotated, keyId });
  out.line(`${rotated === 1 ? "one credential has" : `${rotated} credentials have`} the new key ${keyId}`);
  if (terminal.env.TRAVELAGENT_NEW_MASTER_KEY)
    out.line("set TRAVELAGENT_MASTER_KEY to the new key for the gateway and restart it; the old key opens nothing any more");
}

/** Without it no passport of any customer can be opened any more. */
async function notTheVaults(name: string): Promise<void> {
  if (name.startsWith("vault."))
    throw await failure("CONFLICT", `${name} is the key of the vault: it is neither changed nor removed by hand; travelagent vault rotate makes a new one`);
}

/** Standard input without the end of its last line. */
async function secretFrom({ stdin, stderr }: Terminal): Promise<string> {
  if (stdin.isTTY) return typed(stdin as NodeJS.ReadStream, stderr);
  let text = "";
  for await (const chunk of stdin) text += String(chunk);
  return text.replace(/\r?\n$/, "");
}

/** What a person types is not shown. */
async function typed(stdin: NodeJS.ReadStream, stderr: Terminal["stderr"]): Promise<string> {
  const { createInterface } = await import("node:readline");
  const { Writable } = await import("node:stream");
  stderr.write("value (not shown): ");
  const lines = createInterface({ input: stdin, output: new Writable({ write: (_chunk, _encoding, done) => done() }), terminal: true });
  const value = await new Promise<string | undefined>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(undefined));
  });
  lines.close();
  stderr.write("\n");
  if (value === undefined) throw await failure("CANCELLED", "nothing was stored");
  return value;
}
