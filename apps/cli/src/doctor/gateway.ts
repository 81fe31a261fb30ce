import { createConnection } from "node:net";
import { connect, findGateway } from "../connect.ts";
import { errorLine } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import type { Check } from "./checks.ts";

/** Whether the port is free, ours, or somebody else's; and whether our secret opens it. */
export async function checkGateway(terminal: Terminal): Promise<Omit<Check, "id" | "title">> {
  const target = await findGateway({}, terminal);
  const { hostname, port } = new URL(target.url);
  if (!(await listens(hostname.replace(/^\[|\]$/g, ""), Number(port)))) return { status: "note", detail: `none runs; port ${port} is free` };
  try {
    const client = await connect(target, { timeoutMs: 5_000 });
    const { state } = client;
    client.stop();
    return { status: "ok", detail: `answers at ${target.url}${state.status === "ready" ? `, version ${state.hello.server.version}` : ""}` };
  } catch (error) {
    const refused = (error as { code?: string }).code === "UNAUTHORIZED";
    return refused
      ? { status: "broken", detail: errorLine(error) }
      : {
          status: "broken",
          detail: `something on port ${port} does not answer like a gateway`,
          advice: `stop it, or choose another port: travelagent config set gateway.port ${Number(port) + 1}`,
        };
  }
}

const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2_000 });
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
