import type { AddressInfo, Server } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";

/** An opened door for older clients. */
export interface LegacyListener {
  readonly port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** The port it got. Raises `CONFLICT` or `CONFIG_INVALID` when it cannot be had. */
export async function listenOn(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) =>
    reject(
      new TravelAgentError(
        error.code === "EADDRINUSE" ? "CONFLICT" : "CONFIG_INVALID",
        `cannot listen on ${host} port ${port} (${error.code ?? error.message}): choose another`,
        {
          cause: error,
        },
      ),
    ),
  );
  server.listen({ port, host, exclusive: true }, resolve);
  await promise;
  server.removeAllListeners("error");
  server.on("error", () => {});
  return (server.address() as AddressInfo).port;
}
