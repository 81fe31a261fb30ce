import type { Client } from "@travelagent/client";
import type { Command } from "commander";
import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { Terminal } from "../terminal.ts";

interface Waiting {
  requestId: string;
  nodeId: string;
  /** `device`: wants to connect. `token`: asked through somebody else for a token. */
  kind: "device" | "token";
  displayName?: string;
  platform?: string;
}

/** Both kinds of nodes that wait for a yes. */
async function waitingNodes(client: Client, timeoutMs: number): Promise<Waiting[]> {
  const [devices, tokens] = await Promise.all([client.call("device.pair.list", {}, { timeoutMs }), client.call("node.pair.list", {}, { timeoutMs })]);
  const facts = ({ displayName, platform }: Record<string, unknown>) => ({
    ...(typeof displayName === "string" ? { displayName } : {}),
    ...(typeof platform === "string" ? { platform } : {}),
  });
  return [
    ...devices.pending
      .filter(({ roles }) => roles.includes("node"))
      .map((one) => ({ requestId: one.requestId, nodeId: one.deviceId, kind: "device" as const, ...facts(one) })),
    ...tokens.pending.map((one) => ({ requestId: one.requestId, nodeId: one.nodeId, kind: "token" as const, ...facts(one) })),
  ];
}

/** `nodes pending|approve|reject`. */
export function addNodePairing(nodes: Command, terminal: Terminal): void {
  connected(nodes.command("pending"))
    .description("list nodes that wait to be let in")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const pending = await waitingNodes(client, timeoutMs);
        out.data({ pending });
        out.table(
          ["REQUEST", "NAME", "PLATFORM", "ID"],
          pending.map(({ requestId, displayName, platform, nodeId }) => [requestId, displayName, platform, nodeId.slice(0, 12)]),
          "no node waits",
        );
      }),
    );
  for (const verb of ["approve", "reject"] as const) {
    connected(nodes.command(verb))
      .description(verb === "approve" ? "let a node in" : "turn a node away")
      .argument("<request>", "id of the request")
      .action((requestId: string, options: GatewayOptions) =>
        withGateway(options, terminal, "deciding", async ({ client, out, timeoutMs }) => {
          const byToken = (await client.call("node.pair.list", {}, { timeoutMs })).pending.some((one) => one.requestId === requestId);
          const answer = await client.call(byToken ? `node.pair.${verb}` : `device.pair.${verb}`, { requestId }, { timeoutMs });
          out.data(answer);
          out.line(verb === "approve" ? "the node is let in" : "the node is turned away");
          const { node } = answer as { node?: { token?: string } };
          if (node?.token) out.line(printable(`its token, shown this once: ${node.token}`));
        }),
      );
  }
}
