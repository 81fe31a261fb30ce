import { Command, CommanderError } from "commander";
import { agentCommand } from "./commands/agent.ts";
import { agentsCommand } from "./commands/agents.ts";
import { approvalsCommand } from "./commands/approvals.ts";
import { bookingsCommand } from "./commands/bookings.ts";
import { channelsCommand } from "./commands/channels.ts";
import { chatCommand } from "./commands/chat.ts";
import { configCommand } from "./commands/config.ts";
import { consentsCommand } from "./commands/consents.ts";
import { credentialsCommand } from "./commands/credentials.ts";
import { crmCommand } from "./commands/crm.ts";
import { cronCommand } from "./commands/cron.ts";
import { customersCommand } from "./commands/customers.ts";
import { deliveriesCommand } from "./commands/deliveries.ts";
import { devicesCommand } from "./commands/devices.ts";
import { digestCommand } from "./commands/digest.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { documentsCommand, quotesCommand } from "./commands/documents.ts";
import { gatewayCommand } from "./commands/gateway.ts";
import { healthCommand } from "./commands/health.ts";
import { leadsCommand } from "./commands/leads.ts";
import { logsCommand } from "./commands/logs.ts";
import { mcpCommand } from "./commands/mcp.ts";
import { modelsCommand } from "./commands/models.ts";
import { nodeCommand } from "./commands/node.ts";
import { nodesCommand } from "./commands/nodes.ts";
import { pairingCommand } from "./commands/pairing.ts";
import { pluginsCommand } from "./commands/plugins.ts";
import { policyCommand } from "./commands/policy.ts";
import { portalCommand } from "./commands/portal.ts";
import { pricesCommand } from "./commands/prices.ts";
import { privacyCommand } from "./commands/privacy.ts";
import { promisesCommand } from "./commands/promises.ts";
import { queueCommand } from "./commands/queue.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { simulatorsCommand } from "./commands/simulators.ts";
import { skillsCommand } from "./commands/skills.ts";
import { statusCommand } from "./commands/status.ts";
import { suppliersCommand } from "./commands/suppliers.ts";
import { templatesCommand } from "./commands/templates.ts";
import { vaultCommand } from "./commands/vault.ts";
import { watchesCommand } from "./commands/watches.ts";
import { webhooksCommand } from "./commands/webhooks.ts";
import { errorLine, exitCodeOf } from "./failure.ts";
import { addPluginCommand } from "./plugin-command.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** A command: added to the program, and told how to end with another code than 0. */
export type AddCommand = (program: Command, terminal: Terminal, exit: (code: number) => void) => void;

const commands: readonly AddCommand[] = [
  gatewayCommand,
  statusCommand,
  healthCommand,
  doctorCommand,
  agentCommand,
  chatCommand,
  bookingsCommand,
  customersCommand,
  crmCommand,
  portalCommand,
  leadsCommand,
  promisesCommand,
  pricesCommand,
  watchesCommand,
  digestCommand,
  consentsCommand,
  privacyCommand,
  templatesCommand,
  approvalsCommand,
  deliveriesCommand,
  webhooksCommand,
  channelsCommand,
  documentsCommand,
  quotesCommand,
  queueCommand,
  cronCommand,
  sessionsCommand,
  devicesCommand,
  pairingCommand,
  agentsCommand,
  modelsCommand,
  skillsCommand,
  nodesCommand,
  nodeCommand,
  suppliersCommand,
  simulatorsCommand,
  mcpCommand,
  pluginsCommand,
  policyCommand,
  configCommand,
  credentialsCommand,
  vaultCommand,
  logsCommand,
];

const examples = `
Examples:
  travelagent gateway                                  start the gateway in the foreground
  travelagent chat                                     talk to the agent
  travelagent agent --message "Flights to Lisbon?"     ask once and print the answer
  travelagent bookings list --status confirmed --json  bookings as JSON
  travelagent config set gateway.port 19001            change the configuration
  travelagent doctor                                   find out what is wrong

Exit codes: 0 success, 1 failure, 2 wrong usage or invalid configuration.`;

/** Runs one command line. Resolves with the exit code; prints one line on the error stream when it is not 0 for a reason of ours. */
export const run = (args: readonly string[], given: Terminal): Promise<number> => runOnce(args, given, true);

/** With `askPlugins`, a command that nobody here knows is asked of the gateway's plugins first. */
async function runOnce(args: readonly string[], given: Terminal, askPlugins: boolean): Promise<number> {
  let exitCode = 0;
  let unknown = false;
  const env = { ...given.env };
  const terminal: Terminal = { ...given, env };
  const program = new Command("travelagent")
    .description("The command line of Travel Agent OS.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .option("--profile <name>", "a gateway with a state directory and a port of its own")
    .option("--dev", "the profile dev")
    .hook("preAction", (root) => {
      const { profile, dev } = root.opts<{ profile?: string; dev?: boolean }>();
      const wanted = profile ?? (dev ? "dev" : undefined);
      // An empty variable of a script must not end up at the usual gateway.
      if (wanted === "") root.error("--profile needs a name");
      if (wanted !== undefined) env.TRAVELAGENT_PROFILE = wanted;
    })
    .addHelpText("after", examples)
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text, write) => write(`${usageLine(text)}\n`),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  const exit = (code: number): void => {
    exitCode = code;
  };
  for (const add of commands) add(program, terminal, exit);
  if (askPlugins)
    addPluginCommand(program, args, terminal, () => {
      unknown = true;
    });
  for (const command of every(program)) {
    command.copyInheritedSettings(program);
    command.exitOverride();
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return unknown ? await runOnce(args, given, false) : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return ["commander.helpDisplayed", "commander.version"].includes(error.code) ? 0 : 2;
    terminal.stderr.write(`${errorLine(error)}\n`);
    return exitCodeOf(error);
  }
}

/** What the parser of the command line says, as one line like every other error. */
function usageLine(text: string): string {
  const said = text
    .replace(/^error: /, "")
    .trim()
    .replace(/\.$/, "")
    .replace(/\s*\n\s*/g, " ");
  const misplaced = /unknown option '--(?:profile|dev)\b/.test(said);
  return `INVALID_REQUEST: ${said}; ${misplaced ? "--profile and --dev come before the command" : "run the command with --help to see how it is used"}`;
}

const every = (command: Command): Command[] => command.commands.flatMap((child) => [child, ...every(child)]);
