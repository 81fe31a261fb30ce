import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import { defineTool, type Tool } from "../tool.ts";
import type { PromptSkill } from "./prompt-skills.ts";

export const readSkillToolName = "read_skill";

/** Lets a model read the whole of a skill of which the prompt has only name and description. Skills are the agency's own words: they are not tainted. */
export const readSkillTool = (skillsOf: (turn: TurnScope) => readonly PromptSkill[]): Tool =>
  defineTool({
    name: readSkillToolName,
    description: "Reads one of the skills of this agency that are listed in your instructions. Read it before you do what it is about, once in a conversation.",
    group: "conversation",
    args: z.strictObject({ name: z.string().min(1).max(100).describe("As it is listed.") }),
    effect: "read",
    async execute({ name }, { turn }) {
      const skill = skillsOf(turn).find((one) => one.name === name.trim());
      if (!skill) throw new TravelAgentError("NOT_FOUND", `there is no skill ${name}; take one of those that are listed`);
      return { content: { skill: skill.name, instructions: skill.body } };
    },
  });
