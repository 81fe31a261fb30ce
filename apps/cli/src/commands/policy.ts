import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { json5Argument } from "../json5-argument.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import { addPolicyLint } from "./policy-lint.ts";
import { addPolicyReplay } from "./policy-replay.ts";

interface TestOptions extends GatewayOptions {
  tool: string;
  args: string;
  customer?: string;
  session?: string;
  context?: string;
}

export const policyCommand: AddCommand = (program, terminal, exit) => {
  const policy = program.command("policy").description("the rules that stand before every action");
  connected(policy.command("test"))
    .description("say what the rules make of an action, without doing it")
    .requiredOption("--tool <name>", "such as cancel_booking")
    .option("--args <json5>", "arguments of the tool", "{}")
    .option("--customer <id>", "on behalf of this customer")
    .option("--session <key>", "in this conversation")
    .option("--context <json5>", "further facts, such as {tainted: true}")
    .addHelpText("after", "\nExample:\n  travelagent policy test --tool cancel_booking --args '{bookingReference: \"ABC123\"}' --json")
    .action(async (options: TestOptions) => {
      const [args, context] = await Promise.all([
        readObject(options.args, "--args"),
        options.context === undefined ? undefined : readObject(options.context, "--context"),
      ]);
      await withGateway(options, terminal, "asking", async ({ client, out, timeoutMs }) => {
        const verdict = await client.call(
          "policy.evaluate",
          { tool: options.tool, args, ...given({ customerId: options.customer, sessionKey: options.session, context }) },
          { timeoutMs },
        );
        out.data(verdict);
        out.line(out.style(verdict.decision === "allow" ? "green" : "yellow", verdict.decision));
        for (const [key, value] of Object.entries(verdict)) {
          if (key !== "decision" && value !== undefined)
            out.line(`  ${key.padEnd(10)} ${printable(typeof value === "string" ? value : JSON.stringify(value))}`);
        }
      });
    });
  addPolicyLint(policy, terminal, exit);
  addPolicyReplay(policy, terminal);
};

async function readObject(text: string, name: string): Promise<Record<string, unknown>> {
  const value = await json5Argument(text, name);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw await failure("INVALID_REQUEST", `${name} must be an object in JSON5, such as '{id: "x"}'`);
}
