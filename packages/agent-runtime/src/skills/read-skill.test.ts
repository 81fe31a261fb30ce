import { describe, expect, it } from "vitest";
import type { ToolContext } from "../tool.ts";
import { readSkillTool } from "./read-skill.ts";

describe("read_skill", () => {
  const tool = readSkillTool(({ agentId }) => (agentId === "main" ? [{ name: "visa-processing", description: "Visas", body: "Ask for the passport." }] : []));
  const read = async (name: string, agentId = "main") => tool.execute(tool.args.parse({ name }), { turn: { agentId } } as ToolContext);

  it("gives the words of the agency, which are not tainted", async () => {
    expect(await read("visa-processing")).toEqual({ content: { skill: "visa-processing", instructions: "Ask for the passport." } });
  });

  it("knows the skills of its own agent only", async () => {
    await expect(read("visa-processing", "sales")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(read("../../etc/passwd")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
