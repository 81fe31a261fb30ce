import { describe, expect, it } from "vitest";
import { parseSkill } from "./skill-text.ts";

const read = (frontMatter: string, body = "Do it.") => parseSkill(`---\n${frontMatter}\n---\n${body}\n`);

describe("SKILL.md", () => {
  it("is read with its defaults", () => {
    expect(read("name: rail\ndescription: Trains: where and when.")).toEqual({
      name: "rail",
      description: "Trains: where and when.",
      body: "Do it.",
      skillKey: "rail",
      always: false,
      userInvocable: true,
      modelInvocable: true,
      requirements: { bins: [], anyBins: [], env: [], config: [], os: [] },
    });
  });

  it("is read as other programs write it", () => {
    const skill = read(
      [
        "# a comment",
        'name: "rail"',
        "description: >-",
        "  Trains between",
        "  two cities.",
        "license: 'MIT'",
        "homepage: https://example.com/rail",
        "allowed-tools: Read",
        "user-invocable: false",
        "disable-model-invocation: true",
        "metadata:",
        "  {",
        '    "openclaw": { "skillKey": "trains", "requires": { "bins": ["rail-tool", 3] } }',
        "  }",
      ].join("\n"),
    );
    expect(skill).toMatchObject({
      name: "rail",
      description: "Trains between two cities.",
      license: "MIT",
      homepage: "https://example.com/rail",
      skillKey: "trains",
      userInvocable: false,
      modelInvocable: false,
      requirements: { bins: ["rail-tool"] },
    });
    expect(read('name: rail\ndescription: x\nmetadata:\n  author: example\n  version: "1.0"')).toMatchObject({ name: "rail", skillKey: "rail" });
  });

  it("reads lines that end as on Windows, and a text without a body", () => {
    expect(parseSkill("\uFEFF---\r\nname: rail\r\ndescription: x\r\n---\r\nOne.\r\nTwo.\r\n")).toMatchObject({ body: "One.\nTwo." });
    expect(parseSkill("---\nname: rail\ndescription: x\n---")).toMatchObject({ body: "" });
  });
});
