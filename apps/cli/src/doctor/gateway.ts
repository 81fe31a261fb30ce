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

/** What the running gateway cannot buy or be paid with, though somebody meant it to. */
export async function checkSuppliers(terminal: Terminal): Promise<Omit<Check, "id" | "title">> {
  const target = await findGateway({}, terminal);
  const { hostname, port } = new URL(target.url);
  const silent = { status: "note", detail: "the gateway tells, once it runs and lets us in" } as const;
  if (!(await listens(hostname.replace(/^\[|\]$/g, ""), Number(port)))) return silent;
  try {
    const client = await connect(target, { timeoutMs: 5_000 });
    try {
      if (client.state.status !== "ready" || !client.state.hello.features.methods.includes("suppliers.status")) return silent;
      const found = await client.call("suppliers.status", {}, { timeoutMs: 5_000 });
      const all = [...found.suppliers, ...(Array.isArray(found.payments) ? (found.payments as typeof found.suppliers) : [])];
      const unusable = all.filter(({ status }) => status === "not-configured");
      const usable = all.filter((row) => !unusable.includes(row)).map(({ id }) => String(id));
      const detail = usable.length > 0 ? usable.join(", ") : "none";
      if (unusable.length === 0) return { status: "ok", detail };
      const advice = unusable.map(({ id, reason }) => `${String(id)}: ${String(reason)}`).join("\n        ");
      return { status: "warning", detail: `${detail}; cannot be used: ${unusable.map(({ id }) => String(id)).join(", ")}`, advice };
    } finally {
      client.stop();
    }
  } catch {
    return silent;
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
