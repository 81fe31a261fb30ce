import type { Command } from "commander";
import { connected, type GatewayOptions, withGateway } from "./gateway-command.ts";
import { printable } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/**
 * When the arguments name a command that nobody here has, adds it as one that a plugin may have. It runs in the gateway: no code of a
 * plugin is loaded here. `onNone` is told when no gateway answers, or its plugins have no such command.
 */
export function addPluginCommand(program: Command, args: readonly string[], terminal: Terminal, onNone: () => void): void {
  const [name] = program
    .createCommand()
    .copyInheritedSettings(program)
    .option("--profile <name>")
    .option("--dev")
    .parseOptions([...args]).operands;
  if (name === undefined || !/^[a-z][a-z0-9-]{0,30}$/.test(name) || name === "help") return;
  if (program.commands.some((command) => command.name() === name || command.aliases().includes(name))) return;
  connected(program.command(name, { hidden: true }))
    .argument("[args...]", "for the plugin; options of this command come before them")
    .passThroughOptions()
    .action(async (given: string[], options: GatewayOptions) => {
      let isConnected = false;
      try {
        await withGateway(options, terminal, "working", async ({ client, out, timeoutMs }) => {
          isConnected = true;
          const { text, data } = await client.call("plugins.command", { command: name, args: given }, { timeoutMs });
          out.data(data);
          out.line(printable(text));
        });
      } catch (error) {
        if (isConnected && !isNone(error)) throw error;
        onNone();
      }
    });
}

/** What a plugin itself does not find has no `command` in its details. */
function isNone(error: unknown): boolean {
  const { code, details } = error as { code?: unknown; details?: { command?: unknown } | null };
  return code === "NOT_FOUND" && typeof details?.command === "string";
}
