import { describe, expect, it } from "vitest";
import { calledSkillPart, systemPrompt } from "../prompt.ts";
import { fittingSkills, promptSkillLimit } from "./prompt-skills.ts";
import { calledSkill, skillCommands } from "./skill-commands.ts";

const skill = (name: string, body = "Do it.") => ({ name, description: `About ${name}.`, body, userInvocable: true });
const prompt = (skills: ReturnType<typeof skill>[]) => systemPrompt({ agencyName: "Silva Travel", agentName: "Sol", skills });

describe("skills in the prompt", () => {
  it("make the same prompt to the byte, in whatever order they come", () => {
    const [a, b, c] = [skill("air"), skill("boat"), skill("car")];
    expect(prompt([c, a, b])).toBe(prompt([a, b, c]));
    expect(prompt([a, b, c])).toMatch(/## air\nAbout air\.\n\nDo it\.\n\n## boat[\s\S]*## car/);
    expect(prompt([])).not.toContain("Skills of this agency");
  });

  it("are listed where they can be read, each with what it is about and nothing more", () => {
    const listed = systemPrompt({ agencyName: "Silva Travel", agentName: "Sol", skills: [skill("boat"), skill("air<x>")], tools: ["read_skill"] });
    expect(listed).toContain('<skill name="air&lt;x&gt;">About air&lt;x&gt;.</skill>\n<skill name="boat">About boat.</skill>');
    expect(listed).not.toContain("Do it.");
    const called = calledSkillPart(
      { agencyName: "a", agentName: "b", skills: [skill("boat")], commands: skillCommands([skill("boat")]), tools: ["read_skill"] },
      "/boat now",
    );
    expect(called).toContain("Do it.");
  });

  it("are bounded together; the longest stay out", () => {
    const long = skill("air", "x".repeat(promptSkillLimit));
    const { fitting, leftOut } = fittingSkills([skill("car"), long, skill("boat")]);
    expect([fitting, leftOut].map((list) => list.map(({ name }) => name))).toEqual([["boat", "car"], ["air"]]);
    expect(prompt([skill("car"), long]).length).toBeLessThan(promptSkillLimit);
    const many = Array.from({ length: 50 }, (_, n) => skill(`s${n}`, "x".repeat(2000)));
    expect(prompt(many).length).toBeLessThan(prompt([]).length + promptSkillLimit + 200);
  });
});

describe("skills by command", () => {
  const skills = [
    skill("group-travel"),
    { ...skill("hidden"), userInvocable: false },
    skill("stop"),
    skill(`${"a".repeat(40)}-x`),
    skill(`${"a".repeat(40)}-y`),
  ];

  it("have names that can be typed, each its own", () => {
    expect([...skillCommands(skills, ["stop"])].map(([command, { name }]) => [command, name])).toEqual([
      ["a".repeat(32), `${"a".repeat(40)}-x`],
      [`${"a".repeat(30)}_2`, `${"a".repeat(40)}-y`],
      ["group_travel", "group-travel"],
      ["stop_2", "stop"],
    ]);
  });

  it("are called by the first word alone", () => {
    const commands = skillCommands(skills);
    expect(calledSkill("/group_travel twelve people to Rome", commands)?.name).toBe("group-travel");
    expect(calledSkill("/GROUP_TRAVEL", commands)?.name).toBe("group-travel");
    for (const text of ["group_travel", "see /group_travel", "/group_travels", "/group_travel/x", "/hidden", "/", ""])
      expect(calledSkill(text, commands), text).toBeUndefined();
  });

  it("come into the prompt when they do not stand there anyway", () => {
    const options = { agencyName: "Silva Travel", agentName: "Sol", commands: skillCommands(skills) };
    expect(calledSkillPart(options, "/group_travel x")).toContain("## group-travel");
    const known = calledSkillPart({ ...options, skills }, "/group_travel x");
    expect(known).toContain("skill group-travel");
    expect(known).not.toContain("## group-travel");
    expect(calledSkillPart(options, "twelve people")).toBeUndefined();
  });
});
