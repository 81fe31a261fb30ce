import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadSkills } from "@travelagent/agent-runtime/skills";
import { GatewayConfig } from "@travelagent/config";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { skillFacts, skillFiles } from "./skill-files.ts";
import { openSkills, type Skills } from "./skills.ts";

let root: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const skill = (path: string, frontMatter: string, body = "How it is done.") => write(`${path}/SKILL.md`, `---\n${frontMatter}\n---\n${body}\n`);
const named = (name: string) => `name: ${name}\ndescription: What it is for.`;
const load = (facts = skillFacts({}, {})) => loadSkills({ directories: [{ path: join(root, "managed"), source: "managed" }], reader: skillFiles, facts });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "skills-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("skills on disk", () => {
  it("are read with what lies beside them", () => {
    skill("managed/hotels", named("hotels"));
    write("managed/hotels/references/stars.md", "x");
    write("managed/hotels/.DS_Store", "x");
    write("managed/no-skill/README.md", "x");
    write("managed/stray.md", "x");
    symlinkSync("stars.md", join(root, "managed/hotels/references/also.md"));
    expect(load()).toMatchObject({ skills: [{ name: "hotels", files: ["references/also.md", "references/stars.md"] }], leftOut: [] });
  });

  it("never lead out of their directory", () => {
    write("outside/secret.md", "secret");
    skill("outside/linked", named("linked"));
    for (const name of ["file", "folder", "nothing", "inner", "good"]) skill(`managed/${name}`, named(name));
    symlinkSync(join(root, "outside/secret.md"), join(root, "managed/file/secret.md"));
    symlinkSync(join(root, "outside"), join(root, "managed/folder/all"));
    symlinkSync("nowhere", join(root, "managed/nothing/x"));
    symlinkSync("..", join(root, "managed/inner/loop"));
    symlinkSync(join(root, "outside/linked"), join(root, "managed/linked"));
    mkdirSync(join(root, "managed/text"));
    symlinkSync(join(root, "outside/linked/SKILL.md"), join(root, "managed/text/SKILL.md"));
    const { skills, leftOut } = load();
    expect(skills.map(({ name }) => name)).toEqual(["good"]);
    expect(leftOut.map(({ name }) => name)).toEqual(["file", "folder", "inner", "linked", "nothing", "text"]);
    expect(leftOut.every(({ reason }) => reason.includes("symbolic link"))).toBe(true);
  });

  it("are gated by path, environment and configuration of this machine", () => {
    const requires = { bins: ["gds-tool"], env: ["AGENCY_KEY"], config: ["suppliers.rail.enabled"] };
    skill("managed/rail", `${named("rail")}\nmetadata: ${JSON.stringify({ travelagent: { requires } })}`);
    expect(load(skillFacts({ PATH: "" }, { suppliers: { rail: { enabled: false } } })).skills[0]?.missing).toMatchObject(requires);
    write("bin/gds-tool", "#!/bin/sh\n");
    expect(load(skillFacts({ PATH: join(root, "bin") }, {})).skills[0]?.missing.bins).toEqual(["gds-tool"]);
    chmodSync(join(root, "bin/gds-tool"), 0o755);
    expect(load(skillFacts({ PATH: join(root, "bin"), AGENCY_KEY: "x" }, { suppliers: { rail: { enabled: true } } })).skills[0]?.eligible).toBe(true);
    expect(skillFacts({ PATH: join(root, "managed") }, {}).hasBin("../bin/gds-tool")).toBe(false);
  });
});

describe("the skills of a running gateway", () => {
  let skills: Skills;
  const log = recordingLogger();
  const open = (config: unknown = {}, clock = systemClock) => {
    log.lines.length = 0;
    mkdirSync(join(root, "managed"), { recursive: true });
    skills = openSkills({
      config: GatewayConfig.parse(config),
      directoriesOf: () => [
        { path: join(root, "managed"), source: "managed" },
        { path: join(root, "bundled"), source: "bundled" },
      ],
      env: {},
      takenCommands: ["stop"],
      clock,
      log,
    });
  };
  afterEach(() => skills.close());
  const names = (agentId = "main") => skills.forAgent(agentId).skills.map(({ name }) => name);

  it("change with their files", async () => {
    skill("managed/hotels", named("hotels"), "First.");
    open();
    expect(names()).toEqual(["hotels"]);
    skill("managed/hotels", named("hotels"), "Second.");
    skill("managed/rail", named("rail"));
    await vi.waitFor(
      () =>
        expect(skills.forAgent("main").skills.map(({ name, body }) => [name, body])).toEqual([
          ["hotels", "Second."],
          ["rail", "How it is done."],
        ]),
      5_000,
    );
    skill("managed/rail", "name: rail");
    await vi.waitFor(() => expect(names()).toEqual(["hotels"]), 5_000);
    expect(skills.all().leftOut).toMatchObject([{ name: "rail", reason: "it has no description" }]);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("are read again only for a change, also in a directory that was replaced", async () => {
    skill("managed/hotels", named("hotels"));
    let reads = 0;
    const counted = (run: () => void) => () => {
      reads++;
      run();
    };
    open({}, { ...systemClock, after: (delayMs, run) => systemClock.after(delayMs, counted(run)) });
    rmSync(join(root, "managed"), { recursive: true });
    skill("managed/rail", named("rail"));
    await vi.waitFor(() => expect(names()).toEqual(["rail"]), 5_000);
    skill("managed/air", named("air"));
    await vi.waitFor(() => expect(names()).toEqual(["air", "rail"]), 5_000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const settled = reads;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(reads).toBe(settled);
  });

  it("are those that the configuration lets an agent have", () => {
    for (const name of ["air", "hotels", "rail"]) skill(`managed/${name}`, named(name));
    skill("managed/quiet", `${named("quiet")}\ndisable-model-invocation: true`);
    open({ agents: { list: [{ id: "main" }, { id: "sales", skills: ["hotels"] }] }, skills: { entries: { rail: { enabled: false } } } });
    expect([names(), names("sales")]).toEqual([["air", "hotels"], ["hotels"]]);
    expect([...skills.forAgent("main").commands.keys()]).toEqual(["air", "hotels", "quiet"]);
    skills.take(GatewayConfig.parse({ skills: { pinned: { air: "0".repeat(64) } } }));
    expect(names()).toEqual(["hotels", "rail"]);
    expect(skills.all().leftOut).toMatchObject([{ name: "air", reason: expect.stringContaining("skills.pinned") }]);
    expect(log.lines.map(({ message }) => message)).toContain("a skill is left out");
  });

  it("say which of them the prompt has no room for", () => {
    skill("managed/long", named("long"), "x".repeat(40_000));
    skill("managed/longer", named("longer"), "x".repeat(50_000));
    open();
    expect(log.lines.find(({ message }) => message.includes("too long together"))?.fields).toMatchObject({ skills: ["longer"] });
  });
});
