/** A skill as the prompt carries it. */
export interface PromptSkill {
  name: string;
  description: string;
  body: string;
}

/** Characters of the prompt that skills may take together, about 15,000 tokens. */
export const promptSkillLimit = 60_000;

export const skillSection = ({ name, description, body }: PromptSkill): string => `## ${name}\n${description}\n\n${body}`;

/** Characters of one description in the list. */
const maxDescription = 400;
/** Skills in the list. */
const maxListed = 150;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** What there is to read, by name, for an agent that has `read_skill`. */
export function skillList(skills: readonly PromptSkill[]): string {
  const byName = [...skills].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).slice(0, maxListed);
  return [
    "Skills of this agency: how it does particular things, and what it does beside booking. When a request fits one, read it with read_skill before anything else and work by it.",
    "<available_skills>",
    ...byName.map(({ name, description }) => `<skill name="${escaped(name)}">${escaped(description.slice(0, maxDescription))}</skill>`),
    "</available_skills>",
  ].join("\n");
}

/** Those that fit together, by name. Where not all do, the longest stay out, so that one of them does not displace many. */
export function fittingSkills<T extends PromptSkill>(skills: readonly T[], limit = promptSkillLimit): { fitting: T[]; leftOut: T[] } {
  const byName = [...skills].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const sizes = new Map(byName.map((skill) => [skill, skillSection(skill).length + 2]));
  const kept = new Set<T>();
  let used = 0;
  for (const skill of [...byName].sort((a, b) => sizes.get(a)! - sizes.get(b)!)) {
    used += sizes.get(skill)!;
    if (used > limit) break;
    kept.add(skill);
  }
  return { fitting: byName.filter((skill) => kept.has(skill)), leftOut: byName.filter((skill) => !kept.has(skill)) };
}
