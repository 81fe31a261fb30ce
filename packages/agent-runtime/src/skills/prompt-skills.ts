/** A skill as the prompt carries it. */
export interface PromptSkill {
  name: string;
  description: string;
  body: string;
}

/** Characters of the prompt that skills may take together, about 15,000 tokens. */
export const promptSkillLimit = 60_000;

export const skillSection = ({ name, description, body }: PromptSkill): string => `## ${name}\n${description}\n\n${body}`;

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
