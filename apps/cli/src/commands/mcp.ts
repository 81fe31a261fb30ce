import type { McpPendingTool, McpServerStatus } from "@travelagent/protocol";
import { askPerson, isPersonThere } from "../ask-person.ts";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import { createOutput } from "../output.ts";
import { revealed } from "../revealed.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

type ApproveOptions = GatewayOptions & { hash?: string };

export const mcpCommand: AddCommand = (program, terminal, exit) => {
  const mcp = program.command("mcp").description("MCP servers whose tools agents may get");

  connected(mcp.command("list"))
    .description("list servers, how they are, and how many of their tools wait for approval")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { servers } = await client.call("mcp.status", {}, { timeoutMs });
        out.data({ servers });
        out.table(["SERVER", "STATE", "TOOLS", "WAITING", "WHY"], servers.map(serverRow), "no MCP server is configured; see mcp.servers in the configuration");
      }),
    );

  connected(mcp.command("pending"))
    .description("tools of a server that wait for approval, with all a model would read of them")
    .argument("<server>", "name of the server")
    .action((server: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const pending = await client.call("mcp.pending", { server }, { timeoutMs });
        out.data(pending);
        if (pending.tools.length === 0) out.line(`no tool of ${server} waits for approval`);
        for (const tool of pending.tools) out.line(asText(tool));
      }),
    );

  connected(mcp.command("approve"))
    .description("let agents have a tool exactly as it is described now; without --hash it is shown first and you are asked")
    .argument("<server>", "name of the server")
    .argument("<tool>", "name of the tool, as the server calls it")
    .option("--hash <hash>", "of the description you have read, from: mcp pending")
    .action(async (server: string, tool: string, options: ApproveOptions) => {
      const hash = options.hash ?? (await readAndAgree(server, tool, options, terminal));
      if (hash === undefined) return exit(1);
      await withGateway(options, terminal, "approving", async ({ client, out, timeoutMs }) => {
        const result = await client.call("mcp.approve", { server, tool, hash }, { timeoutMs });
        out.data(result);
        out.line(revealed(`${result.tool} of ${result.server} is approved as it is described now`));
      });
    });
};

/** The hash of what a person has read and agreed to; undefined after a no. */
async function readAndAgree(server: string, tool: string, options: ApproveOptions, terminal: Terminal): Promise<string | undefined> {
  if (options.json === true || !isPersonThere(terminal))
    throw await failure(
      "INVALID_REQUEST",
      `a person has to read what is approved: run this on a terminal, or read "travelagent mcp pending ${server}" and give the hash with --hash`,
    );
  const { tools } = await withGateway(options, terminal, "reading", ({ client, timeoutMs }) => client.call("mcp.pending", { server }, { timeoutMs }));
  const found = tools.find(({ name }) => name === tool);
  if (!found) throw await failure("NOT_FOUND", `no tool ${tool} of ${server} waits for approval; look at "travelagent mcp pending ${server}"`);
  const out = createOutput(terminal, false);
  out.line(asText(found));
  if (await askPerson(terminal, "Let agents have this tool, as it is described here?")) return found.hash;
  out.line("nothing was approved");
  return undefined;
}

const serverRow = ({ id, state, offered, waiting, error }: McpServerStatus) => [id, state, offered.length, waiting.length, error];

const asText = ({ name, description, inputSchema, hash }: McpPendingTool): string =>
  revealed(`${name}\n\n${description}\n\narguments: ${JSON.stringify(inputSchema, null, 2)}\n\nhash: ${hash}\n`);
