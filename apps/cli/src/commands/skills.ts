import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface Requirements {
  [kind: string]: readonly string[];
}

/** Of `skills.status`, what these commands show. */
interface ShownSkill {
  name: string;
  description: string;
  source: string;
  filePath: string;
  hash: string;
  files: readonly string[];
  eligible: boolean;
  disabled: boolean;
  blockedByAllowlist: boolean;
  modelInvocable: boolean;
  inPrompt: boolean;
  missing: Requirements;
}
interface Status {
  skills: readonly ShownSkill[];
  leftOut: readonly { name: string; source: string; filePath: string; reason: string }[];
}

const lacks = (missing: Requirements): string =>
  Object.entries(missing)
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind} ${names.join(", ")}`)
    .join("; ");

function stateOf({ eligible, disabled, blockedByAllowlist, missing, modelInvocable, inPrompt }: ShownSkill): string {
  if (disabled) return "off";
  if (!eligible) return `misses ${lacks(missing)}`;
  if (blockedByAllowlist) return "not for this agent";
  if (!modelInvocable) return "by command";
  return inPrompt ? "in use" : "no room in the prompt";
}

export const skillsCommand: AddCommand = (program, terminal) => {
  const skills = program.command("skills").description("texts that tell the agents how this agency works");
  connected(skills.command("list"))
    .description("list skills, and what was left out and why")
    .option("--agent <id>", "as this agent has them")
    .action((options: GatewayOptions & { agent?: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = (await client.call("skills.status", given({ agentId: options.agent }), { timeoutMs })) as unknown as Status;
        out.data(found);
        out.table(
          ["SKILL", "FROM", "STATE"],
          [
            ...found.skills.map((skill) => [skill.name, skill.source, stateOf(skill)]),
            ...found.leftOut.map(({ name, source, reason }) => [name, source, `left out: ${reason}`]),
          ],
          "no skills",
        );
      }),
    );
  connected(skills.command("show"))
    .description("show one skill: where it is, what lies beside it, and its hash for skills.pinned")
    .argument("<name>", "name of the skill")
    .action((name: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = (await client.call("skills.status", {}, { timeoutMs })) as unknown as Status;
        const skill = found.skills.find((one) => one.name === name);
        const leftOut = found.leftOut.filter((one) => one.name === name);
        if (!skill && leftOut.length === 0) throw await failure("NOT_FOUND", `there is no skill ${name}; travelagent skills list shows them`);
        out.data({ ...(skill ? { skill } : {}), leftOut });
        const lines = skill
          ? [
              ["name", skill.name],
              ["description", skill.description],
              ["state", stateOf(skill)],
              ["from", skill.source],
              ["file", skill.filePath],
              ["beside it", skill.files.join(", ")],
              ["hash", skill.hash],
            ]
          : [];
        for (const { filePath, reason } of leftOut) lines.push(["left out", `${filePath}: ${reason}`]);
        for (const [label, value] of lines) if (value) out.line(`${label!.padEnd(12)} ${printable(value)}`);
      }),
    );
};
