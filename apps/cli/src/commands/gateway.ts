import type { GatewayConfig } from "@travelagent/config";
import { connect, findGateway } from "../connect.ts";
import { errorLine, failure } from "../failure.ts";
import { connected, type GatewayOptions, positive } from "../gateway-command.ts";
import { createOutput } from "../output.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

interface StartOptions {
  port?: string;
  bind?: string;
  token?: string;
  password?: string;
  tls?: boolean;
  allowUnconfigured?: boolean;
}

export const gatewayCommand: AddCommand = (program, terminal, exit) => {
  const gateway = program
    .command("gateway")
    .description("start the gateway in the foreground; Ctrl-C ends it")
    .enablePositionalOptions()
    .option("--port <port>", "port to listen on; 0 takes any free one")
    .option("--bind <address>", "loopback, lan, tailnet, auto, custom, or an address")
    .option("--tls", "speak TLS; a certificate is made when none is configured")
    .option("--token <token>", "token clients must show")
    .option("--password <password>", "password clients must show")
    .option("--allow-unconfigured", "start without a configuration file")
    .addHelpText("after", "\nExamples:\n  travelagent gateway --port 18790\n  travelagent gateway status --json")
    .action(async (options: StartOptions) => exit(await start(options)));

  async function start(options: StartOptions): Promise<number> {
    const args = [
      ...(["port", "bind", "token", "password"] as const).flatMap((name) => (options[name] === undefined ? [] : [`--${name}=${options[name]}`])),
      ...(options.tls ? ["--tls"] : []),
      ...(options.allowUnconfigured ? ["--allow-unconfigured"] : []),
    ];
    let run: typeof import("@travelagent/gateway").runGateway;
    try {
      ({ runGateway: run } = await import("@travelagent/gateway"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
      throw await failure("UNAVAILABLE", "the gateway is not built or not installed beside this command; run npm run build, or install @travelagent/gateway");
    }
    return run(args, terminal.env);
  }

  connected(gateway.command("status"))
    .description("say whether the gateway answers")
    .action(async (options: GatewayOptions) => {
      const out = createOutput(terminal, options.json === true);
      const target = await findGateway(options, terminal);
      try {
        const client = await out.busy("connecting", connect(target));
        const state = client.state;
        client.stop();
        if (state.status !== "ready") throw await failure("UNAVAILABLE", "the connection ended at once");
        const { server, protocol, snapshot } = state.hello;
        out.data({ reachable: true, url: target.url, version: server.version, protocol, uptimeMs: snapshot.uptimeMs, authSource: target.authSource });
        out.line(`${out.style("green", "running")}  ${target.url}  version ${server.version}, up ${uptime(snapshot.uptimeMs)}`);
      } catch (error) {
        out.data({ reachable: false, url: target.url, error: errorLine(error) });
        out.line(`${out.style("red", "not reachable")}  ${target.url}`);
        throw error;
      }
    });

  gateway
    .command("discover")
    .description("find gateways on the local network that tell of themselves")
    .option("--json", "print the data as JSON")
    .option("--timeout <ms>", "how long to listen", "2000")
    .action(async ({ json, timeout }: { json?: boolean; timeout: string }) => {
      const out = createOutput(terminal, json === true);
      const timeoutMs = await positive(timeout, "--timeout");
      const { mdns } = await discoverySettings(terminal);
      const { browse, wsUrl } = await import("@travelagent/discovery");
      const found = await out.busy("listening", browse({ timeoutMs, port: mdns.port, ...(mdns.interface === undefined ? {} : { interface: mdns.interface }) }));
      out.data({ gateways: found.map((beacon) => ({ ...beacon, wsUrl: wsUrl(beacon) })) });
      for (const beacon of found) out.line(`${beacon.displayName}  ${wsUrl(beacon)}${beacon.tlsSha256 ? `  SHA-256 ${beacon.tlsSha256}` : ""}`);
      if (found.length === 0) out.line("no gateway tells of itself on this network; a gateway does with discovery.mdns.mode");
    });
};

async function discoverySettings({ env, home, cwd }: Terminal): Promise<GatewayConfig["discovery"]> {
  const { GatewayConfig: schema, loadConfigFile, locateState } = await import("@travelagent/config");
  const { config } = await loadConfigFile(locateState({ env, home, cwd }).configPath, env);
  return (config ?? schema.parse({})).discovery;
}

export const uptime = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`;
};
