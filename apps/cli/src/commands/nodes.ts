import { randomUUID } from "node:crypto";
import type { Node } from "@travelagent/protocol";
import { failure } from "../failure.ts";
import { findNode } from "../find-node.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import { addNodePairing } from "./node-pairing.ts";

/** How long a person has to decide, and a little more. */
const decisionMs = 130_000;

interface InvokeOptions extends GatewayOptions {
  node?: string;
  params?: string;
  runTimeout: string;
}

interface RunOptions extends GatewayOptions {
  node?: string;
  cwd?: string;
  env?: string[];
  shell?: boolean;
  runTimeout: string;
}

export const nodesCommand: AddCommand = (program, terminal, exit) => {
  const nodes = program.command("nodes").description("machines that carry out commands for this gateway");
  connected(nodes.command("list"))
    .description("list nodes, connected ones first")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call("node.list", {}, { timeoutMs });
        out.data(page);
        out.table(["ID", "NAME", "STATE", "PLATFORM", "COMMANDS"], page.nodes.map(row), "no nodes; make a machine one with: travelagent node run");
      }),
    );

  connected(nodes.command("describe"))
    .description("show one node and what it may be told")
    .argument("<node>", "id, the beginning of it, or name")
    .action((wanted: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { nodeId } = await findNode(client, wanted, timeoutMs);
        const node = await client.call("node.describe", { nodeId }, { timeoutMs });
        out.data(node);
        out.line(printable(`${node.displayName ?? node.nodeId}  ${node.connected ? "connected" : "not connected"}`));
        out.line(printable(`  id        ${node.nodeId}\n  platform  ${node.platform ?? "unknown"} ${node.version ?? ""}`));
        out.line(printable(`  offers    ${node.commands.join(", ") || "nothing"}\n  allowed   ${node.allowed.join(", ") || "nothing"}`));
      }),
    );

  connected(nodes.command("rename"))
    .description("give a node another name")
    .argument("<node>", "id, the beginning of it, or name")
    .argument("<name>", "the new name")
    .action((wanted: string, displayName: string, options: GatewayOptions) =>
      withGateway(options, terminal, "renaming", async ({ client, out, timeoutMs }) => {
        const { nodeId } = await findNode(client, wanted, timeoutMs);
        const renamed = await client.call("node.rename", { nodeId, displayName }, { timeoutMs });
        out.data(renamed);
        out.line(printable(`${nodeId} is called ${renamed.displayName} now`));
      }),
    );

  connected(nodes.command("invoke"))
    .description("tell a node a command and print its answer")
    .argument("<command>", "such as system.which")
    .option("--node <node>", "id, the beginning of it, or name; not needed when only one is connected")
    .option("--params <json>", "parameters of the command")
    .option("--run-timeout <ms>", "how long the node may take", "30000")
    .action((command: string, options: InvokeOptions) =>
      withGateway(options, terminal, "waiting for the node", async ({ client, out, timeoutMs }) => {
        const params = await parsedParams(options.params);
        const runMs = await positive(options.runTimeout, "--run-timeout");
        const { nodeId } = await findNode(client, options.node, timeoutMs);
        const answer = await client.call(
          "node.invoke",
          { nodeId, command, timeoutMs: runMs, idempotencyKey: randomUUID(), ...given({ params }) },
          { timeoutMs: decisionMs + runMs + timeoutMs },
        );
        out.data(answer);
        out.line(printable(JSON.stringify(answer.payload, null, 2)));
      }),
    );

  connected(nodes.command("run"))
    .description("run a program on a node; what is on no allowlist waits for an operator's yes")
    .argument("<program...>", "the program and its arguments, after --")
    .option("--node <node>", "id, the beginning of it, or name; not needed when only one is connected")
    .option("--cwd <directory>", "where it runs; default is the home directory there")
    .option("--env <name=value...>", "environment on top of the node's own")
    .option("--shell", "the argument is one line for a shell")
    .option("--run-timeout <ms>", "how long the program may take", "30000")
    .addHelpText("after", "\nExamples:\n  travelagent nodes run -- uptime\n  travelagent nodes run --node Reception --cwd /srv -- git status")
    .action((argv: string[], options: RunOptions) =>
      withGateway(options, terminal, "waiting for the node", async ({ client, out, timeoutMs }) => {
        const runMs = await positive(options.runTimeout, "--run-timeout");
        const env = await parsedEnv(options.env);
        if (options.shell && argv.length !== 1) throw await failure("INVALID_REQUEST", "--shell takes one line: put it in quotes");
        const { nodeId } = await findNode(client, options.node, timeoutMs);
        const isMine = (shown: readonly string[]) =>
          options.shell ? shown.at(-1) === argv[0] : JSON.stringify(shown.slice(1)) === JSON.stringify(argv.slice(1));
        client.on("exec.approval.requested", ({ id, request }) => {
          if (request.nodeId === nodeId && isMine(request.argv ?? []))
            terminal.stderr.write(`waiting for an operator: travelagent approvals exec resolve ${id} allow-once\n`);
        });
        const answer = await client.call(
          "node.invoke",
          {
            nodeId,
            command: "system.run",
            params: { command: options.shell ? argv[0] : argv, ...given({ cwd: options.cwd, env }) },
            timeoutMs: runMs,
            idempotencyKey: randomUUID(),
          },
          { timeoutMs: decisionMs + runMs + timeoutMs },
        );
        const { stdout = "", stderr = "", exitCode, success, timedOut, truncated, error } = (answer.payload ?? {}) as Partial<ProgramResult>;
        out.data(answer);
        if (!out.json) {
          terminal.stdout.write(terminal.stdout.isTTY ? printable(stdout) : stdout);
          terminal.stderr.write(terminal.stderr.isTTY ? printable(stderr) : stderr);
          if (truncated) terminal.stderr.write("(only the end of the output was kept)\n");
          if (timedOut) terminal.stderr.write("the program took too long and was ended\n");
          else if (!success) terminal.stderr.write(printable(`the program failed: ${error ?? `exit code ${exitCode ?? "unknown"}`}\n`));
        }
        exit(success ? 0 : 1);
      }),
    );

  addNodePairing(nodes, terminal);
};

interface ProgramResult {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  success: boolean;
  timedOut: boolean;
  truncated: boolean;
  error: string;
}

const row = ({ nodeId, displayName, connected, platform, commands }: Node) => [
  nodeId.slice(0, 12),
  displayName,
  connected ? "connected" : "away",
  platform,
  commands.length,
];

async function parsedParams(text: string | undefined): Promise<unknown> {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw await failure("INVALID_REQUEST", "--params must be JSON");
  }
}

async function parsedEnv(pairs: readonly string[] | undefined): Promise<Record<string, string> | undefined> {
  if (!pairs) return undefined;
  const wrong = pairs.find((pair) => !/^[A-Za-z_]\w*=/.test(pair));
  if (wrong !== undefined) throw await failure("INVALID_REQUEST", `--env takes NAME=value, not "${wrong}"`);
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}
