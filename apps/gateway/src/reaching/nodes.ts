import type { GatewayConfig } from "@travelagent/config";
import type { Devices } from "@travelagent/gateway-core";
import { createNodes, type Nodes, type NodesOptions } from "@travelagent/gateway-core/nodes";

/** Machines that carry out commands: devices that were paired as nodes. The rules for their commands are in the database. */
export async function nodesOf(
  { gateway }: GatewayConfig,
  databasePath: string,
  devices: Pick<Devices, "paired">,
  options: Omit<NodesOptions, "rules" | "policyPath" | "pairedDevices">,
): Promise<Nodes> {
  const { allowCommands: allow, denyCommands: deny } = gateway.nodes;
  const paired = () => devices.paired().filter(({ roles }) => roles.some(({ role, revokedAt }) => role === "node" && revokedAt === undefined));
  const nodes = createNodes({
    ...options,
    rules: { allow, deny },
    policyPath: `${databasePath}#exec_policy`,
    pairedDevices: async () => new Set(paired().map(({ deviceId }) => deviceId)),
  });
  await nodes.migrate();
  return nodes;
}
