import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isEligible, skillFiles } from "./skill-files.ts";

let root: string;
const skill = (directory: string, name: string, frontMatter: string) => {
  mkdirSync(join(root, directory, name), { recursive: true });
  writeFileSync(join(root, directory, name, "SKILL.md"), `---\n${frontMatter}\n---\nHow it is done.\n`);
};
const read = (env: Record<string, string> = {}, platform = "linux") => {
  const log = recordingLogger();
  const skills = skillFiles(
    [
      { path: join(root, "bundled"), source: "bundled" },
      { path: join(root, "managed"), source: "managed" },
    ],
    { env, platform },
    log,
  );
  return { log, skills };
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "skills-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("takes the later of two skills of one name, and says where it came from", () => {
  skill("bundled", "hotels", "name: hotels\ndescription: First.");
  skill("managed", "hotels", "name: hotels\ndescription: Second.\nhomepage: https://example.com");
  const { skills } = read();
  expect(skills).toMatchObject([{ name: "hotels", description: "Second.", source: "managed", homepage: "https://example.com", body: "How it is done." }]);
  expect(skills[0]?.filePath).toBe(join(root, "managed/hotels/SKILL.md"));
  expect(skills.every(isEligible)).toBe(true);
});

it("tells what a skill misses on this machine", () => {
  const requires = { bins: ["gds-tool"], anyBins: ["one-of", "two-of"], env: ["AGENCY_KEY"] };
  skill("bundled", "charters", `name: charters\ndescription: Charters.\nmetadata: ${JSON.stringify({ travelagent: { emoji: "✈️", requires, os: ["linux"] } })}`);
  const without = read({ PATH: "" }, "darwin").skills[0]!;
  expect(without).toMatchObject({ emoji: "✈️", missing: { bins: ["gds-tool"], anyBins: ["one-of", "two-of"], env: ["AGENCY_KEY"], os: ["linux"] } });
  expect(isEligible(without)).toBe(false);

  const bin = join(root, "bin");
  mkdirSync(bin);
  for (const name of ["gds-tool", "two-of"]) {
    writeFileSync(join(bin, name), "#!/bin/sh\n");
    chmodSync(join(bin, name), 0o755);
  }
  const has = read({ PATH: bin, AGENCY_KEY: "x" }).skills[0]!;
  expect(has.missing).toEqual({ bins: [], anyBins: [], env: [], os: [] });
  expect(isEligible(has)).toBe(true);
});

it("leaves out what is no skill, and says so", () => {
  skill("bundled", "no-description", "name: no-description");
  skill("bundled", "other-name", "name: another\ndescription: x");
  skill("bundled", "bad-metadata", "name: bad-metadata\ndescription: x\nmetadata: {not json");
  const { log, skills } = read();
  expect(skills).toEqual([]);
  expect(log.lines).toHaveLength(3);
});
