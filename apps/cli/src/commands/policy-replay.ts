import type { Command } from "commander";
import { failure } from "../failure.ts";
import { createOutput, printable } from "../output.ts";
import type { Terminal } from "../terminal.ts";

interface ReplayOptions {
  pack: string;
  world: string;
  tasks?: string;
  cases?: string;
  params?: string;
  json?: boolean;
}

type Result = import("@travelagent/gateway").ReplayResult;

/** `policy replay`: needs no gateway that runs; everything happens in memory on a copy of the world. */
export function addPolicyReplay(policy: Command, terminal: Terminal): void {
  policy
    .command("replay")
    .description("carry out tasks, or judge cases, over an airline's world with the rules of a pack, without a gateway")
    .option("--pack <name>", "a pack that comes along", "tau-airline")
    .requiredOption("--world <file>", "flights, users and reservations as JSON")
    .option("--tasks <file>", "tasks whose writes are carried out")
    .option("--cases <file>", "cases that are judged")
    .option("--params <file>", "parameters over those of the pack, as JSON")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  travelagent policy replay --pack tau-airline --world db.json --cases cases.json --json")
    .action(async ({ json, ...given }: ReplayOptions) => {
      if ((given.tasks === undefined) === (given.cases === undefined))
        throw await failure("INVALID_REQUEST", "say what is replayed: either --tasks <file> or --cases <file>");
      const { resolve } = await import("node:path");
      const at = (path: string) => resolve(terminal.cwd, path);
      const { tasks, cases, params } = given;
      const out = createOutput(terminal, json === true);
      const { stdout, stderr } = terminal;
      const { replayPolicy } = await gatewayPackage();
      await replayPolicy({
        pack: given.pack,
        world: at(given.world),
        ...(tasks === undefined ? {} : { tasks: at(tasks) }),
        ...(cases === undefined ? {} : { cases: at(cases) }),
        ...(params === undefined ? {} : { params: at(params) }),
        onResult(result, done, of) {
          if (json) stdout.write(`${JSON.stringify(result)}\n`);
          else out.line(printable(said(result)));
          if (stderr.isTTY && !stdout.isTTY) stderr.write(`\r${done} of ${of}${done === of ? "\n" : ""}`);
        },
        onNote: (note) => void stderr.write(`${printable(note)}\n`),
      });
    });
}

const said = ({ id, changed, decision, ruleId, reason, refused = [] }: Result): string =>
  decision === undefined
    ? `${id}  ${changed ? "changed" : "unchanged"}${refused.map(({ name, ruleId: rule, reason: why }) => `\n  refused ${name}: ${why} (${rule})`).join("")}`
    : `${id}  ${decision}  ${ruleId}  ${reason}`;

async function gatewayPackage(): Promise<typeof import("@travelagent/gateway")> {
  try {
    return await import("@travelagent/gateway");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw await failure("UNAVAILABLE", "the gateway is not built or not installed beside this command; run npm run build, or install @travelagent/gateway");
  }
}
