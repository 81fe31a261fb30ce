import type { Handlers } from "@travelagent/protocol";
import { type ControlPlane, type ControlPlaneOptions, createControlPlane } from "../control-plane.ts";
import { createGateway, type Gateway, type GatewayOptions } from "../gateway.ts";
import type { HttpRoute } from "../http/route.ts";
import type { Publisher } from "../publish.ts";
import { type RunningServer, type ServeOptions, serve } from "./serve.ts";

export interface StartOptions {
  /** The path of a message. Live clients of `control` hear of it. */
  gateway: Omit<GatewayOptions, "publisher">;
  /** Who may connect, and what else they may call beside the gateway's own methods. */
  control: Omit<ControlPlaneOptions, "handlers"> & { handlers?: Handlers };
  /** Addresses that need the gateway, such as those of `./openai`, beside the routes of `control`. */
  routes?(gateway: Gateway): readonly HttpRoute[];
  server: Omit<ServeOptions, "control">;
}

export interface StartedGateway {
  readonly gateway: Gateway;
  readonly control: ControlPlane;
  readonly port: number;
  /** `http://127.0.0.1:18789` or `https://…`. */
  readonly url: string;
  /** Clients are told, the channels close, work under way gets the engine's time to end. The engine is stopped too. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * A gateway inside another program: tables, then the work that was left over, then the port, then the channels. Clients are
 * served once all of it is there. Stores of your own are migrated before. Raises as `serve` does; the engine is stopped then.
 */
export async function startGateway({ gateway: path, control: plane, routes, server: where }: StartOptions): Promise<StartedGateway> {
  const { engine } = path;
  const publisher: Publisher = {
    publish: (event, payload, options) => control.publish(event, payload, options),
    isFollowed: (sessionKey) => control.followers(sessionKey) > 0,
  };
  const gateway = createGateway({ ...path, publisher });
  const control = createControlPlane({
    health: () => ({
      degraded: gateway
        .channelStatus()
        .filter(({ state }) => state !== "running")
        .map(({ id }) => `channel:${id}`),
    }),
    ...plane,
    handlers: { ...gateway.handlers, ...plane.handlers },
    routes: [...(plane.routes ?? []), ...(routes?.(gateway) ?? [])],
  });

  let server: RunningServer | undefined;
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    control.shutdown("the gateway is stopping");
    await server?.close();
    await gateway.stop();
    await engine.stop();
  };
  try {
    await gateway.prepare();
    await engine.start();
    server = await serve({ ...where, control });
    await gateway.start();
  } catch (error) {
    await stop();
    throw error;
  }
  control.setReady();
  return {
    gateway,
    control,
    port: server.port,
    url: server.url,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
