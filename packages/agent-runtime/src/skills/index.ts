export { type LoadedSkills, type LoadSkillsOptions, loadSkills, type SkillDirectory, type SkillFile, type SkillReader } from "./load-skills.ts";
export { fittingSkills, type PromptSkill } from "./prompt-skills.ts";
export { readSkillTool } from "./read-skill.ts";
export type { SkillFacts } from "./requirements.ts";
export type { LeftOutSkill, Requirements, Skill, SkillOrigin } from "./skill.ts";
export { skillCommands } from "./skill-commands.ts";
