import { hostname } from "node:os";
import type { GatewayConfig } from "@travelagent/config";
import type { ControlPlane } from "@travelagent/gateway-core";
import { type LegacyListener, startBridge, startGoListener } from "@travelagent/gateway-core/legacy";
import type { Nodes } from "@travelagent/gateway-core/nodes";
import type { Clock, Logger } from "@travelagent/protocol/ports";

/** The doors for older clients that the configuration opens, on this machine alone. */
export async function legacyDoors(
  { gateway: { legacy } }: GatewayConfig,
  { control, nodes, clock, log }: { control: ControlPlane; nodes: Nodes; clock: Clock; log: Logger },
): Promise<{ close(): Promise<void> }> {
  const doors: LegacyListener[] = [];
  const close = async () => {
    for (const door of doors.splice(0)) await door.close();
  };
  try {
    if (legacy.go.enabled) doors.push(await startGoListener({ control, port: legacy.go.port, clock, log }));
    if (legacy.bridge.enabled) doors.push(await startBridge({ nodes, port: legacy.bridge.port, serverName: hostname(), clock, log }));
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
