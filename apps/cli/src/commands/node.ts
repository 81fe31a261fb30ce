import { findGateway } from "../connect.ts";
import { connected, type GatewayOptions } from "../gateway-command.ts";
import { createOutput, printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

export const nodeCommand: AddCommand = (program, terminal) => {
  const node = program.command("node").description("make this machine a node: it carries out commands for a gateway");
  connected(node.command("run"))
    .description("run the node in the foreground; Ctrl-C ends it and everything it started")
    .option("--name <name>", "what operators see; kept for the next time")
    .addHelpText(
      "after",
      "\nWhat may run here is in exec-approvals.json of the state directory; without one, what is on no allowlist needs an operator's yes.\n\nExamples:\n  travelagent node run\n  travelagent node run --url wss://gateway.example.com:18789 --name Reception",
    )
    .action(async (options: GatewayOptions & { name?: string }) => {
      const { locateState } = await import("@travelagent/config");
      const { runNode } = await import("../node/run-node.ts");
      const { env, home } = terminal;
      const out = createOutput(terminal, options.json === true);
      const target = await findGateway(options, terminal);
      const stopped = new Promise<string>((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => resolve(signal));
      });
      await runNode({
        target,
        stateDir: locateState(terminal).stateDir,
        env,
        home,
        stopped,
        say(event, text, facts) {
          if (options.json) terminal.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);
          else out.line(`${out.style(event === "ready" ? "green" : "yellow", event)}  ${printable(text)}`);
        },
        ...(options.name === undefined ? {} : { displayName: options.name }),
      });
    });
};
