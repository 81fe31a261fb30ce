import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GatewayConfig } from "@travelagent/config";
import { silentLogger } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, expect, it } from "vitest";
import { temporaryState } from "../testing/gateway-process.ts";
import { openWorkspaces } from "./workspaces.ts";

const opened: (() => void)[] = [];
afterEach(() => {
  for (const remove of opened.splice(0)) remove();
});

function open(config: unknown) {
  const state = temporaryState();
  opened.push(() => state.remove());
  const clock = fakeClock();
  const directory = join(state.path, "workspace");
  const make = () => openWorkspaces(GatewayConfig.parse(config), { directory, configPath: join(state.path, "travelagent.json"), clock, log: silentLogger });
  return { state: state.path, directory, clock, make };
}

const textOf = (files: readonly { name: string; text?: string }[], name = "AGENTS.md") => files.find((file) => file.name === name)?.text;

it("gives each agent of the preset a workspace of its own with its files, and never writes over what is there", () => {
  const { directory, make } = open({ agents: { preset: "agency", list: [{ id: "sales", workspace: "our-sales" }] } });
  const first = make();
  expect([first.of("booking"), first.of("service")]).toEqual([directory, `${directory}-service`]);
  expect(first.of("sales")).toMatch(/our-sales$/);
  expect(textOf(first.filesFor("service", "s"))).toContain("# Customer service");
  expect(textOf(first.filesFor("sales", "s"), "SOUL.md")).toContain("Curious");
  expect(textOf(first.filesFor("sales", "s"), "TOOLS.md")).toBeUndefined();
  writeFileSync(join(directory, "AGENTS.md"), "our own");
  make();
  expect(readFileSync(join(directory, "AGENTS.md"), "utf8")).toBe("our own");
});

it("writes nothing into workspaces that are in use, and nothing at all when told so", () => {
  const used = open({ agents: { preset: "agency" } });
  mkdirSync(used.directory);
  writeFileSync(join(used.directory, "SOUL.md"), "ours");
  expect(textOf(used.make().filesFor("booking", "s"))).toBeUndefined();
  const none = open({ agents: { preset: "agency", defaults: { skipBootstrap: true } } });
  expect(textOf(none.make().filesFor("booking", "s"))).toBeUndefined();
  expect(textOf(open({}).make().filesFor("main", "s"))).toBeUndefined();
});

it("keeps the files of a session as they were when it began; new sessions, and those silent for an hour, read them again", async () => {
  const { directory, clock, make } = open({});
  mkdirSync(directory);
  const write = (text: string) => writeFileSync(join(directory, "AGENTS.md"), text);
  write("first");
  const workspaces = make();
  const began = workspaces.filesFor("main", "a");
  write("second text");
  expect(workspaces.filesFor("main", "a")).toBe(began);
  expect(textOf(workspaces.filesFor("main", "b"))).toBe("second text");
  await clock.advance(50 * 60_000);
  expect(workspaces.filesFor("main", "a")).toBe(began);
  await clock.advance(61 * 60_000);
  expect(textOf(workspaces.filesFor("main", "a"))).toBe("second text");
  expect(workspaces.filesFor("main", "c")).toBe(workspaces.filesFor("main", "d"));
});
