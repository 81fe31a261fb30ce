import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call, Handlers } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configHandlers, configHash, configSchemaDocument } from "./index.ts";

let dir: string;
let path: string;
let handlers: Handlers;
const call = {} as Call;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "config-"));
  path = join(dir, "travelagent.json");
  handlers = configHandlers({ path, env: {}, version: "1.2.3", clock: fakeClock("2027-01-15T09:00:00Z") });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const get = async () => (await handlers["config.get"]!(undefined, call)) as Record<string, unknown>;

describe("config handlers", () => {
  it("shows the configuration without its secrets", async () => {
    const raw = '{ gateway: { port: 19001, auth: { token: "hunter2-hunter2" } } }';
    await writeFile(path, raw);
    const shown = await get();
    expect(shown).toMatchObject({
      path,
      exists: true,
      valid: true,
      hash: configHash(raw),
      issues: [],
      parsed: { gateway: { port: 19_001, auth: { token: "***" } } },
    });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });

  it("shows the defaults when there is no file, and the issues of a bad one", async () => {
    expect(await get()).toMatchObject({ exists: false, raw: "", valid: true, hash: "", config: { gateway: { port: 18_789 } } });
    await writeFile(path, '{ gateway: { auth: { token: "hunter2" }, prot: 1 } }');
    const shown = await get();
    expect(shown).toMatchObject({ valid: false, issues: [{ path: "gateway.prot" }] });
    expect(JSON.stringify(shown)).not.toContain("hunter2");
  });

  it("patches: null takes away, lists replace, the rest stays", async () => {
    await writeFile(path, '{ gateway: { port: 19001, bind: "lan" }, agents: { list: [{ id: "a" }, { id: "b" }] } }');
    const { hash } = await get();
    const done = await handlers["config.patch"]!(
      { raw: '{ gateway: { bind: null }, agents: { list: [{ id: "c" }] }, logging: { level: "debug" } }', baseHash: hash as string },
      call,
    );
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ gateway: { port: 19_001 }, agents: { list: [{ id: "c" }] }, logging: { level: "debug" } });
    expect(done).toMatchObject({ ok: true, path, config: { logging: { level: "debug" } }, hash: (await get()).hash });
  });

  it("refuses a stale or missing hash, an invalid result and a mask", async () => {
    await writeFile(path, '{ gateway: { auth: { token: "t" } } }');
    const { hash } = (await get()) as { hash: string };
    const patch = (raw: string, baseHash?: string) => handlers["config.patch"]!({ raw, ...(baseHash === undefined ? {} : { baseHash }) }, call);
    await expect(patch("{}", configHash("stale"))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(patch("{}")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(patch("{ gateway: { port: -1 } }", hash)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(patch('{ gateway: { auth: { token: "***" } } }', hash)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("gateway.auth.token"),
    });
    expect((await get()).hash).toBe(hash);
  });

  it("does not patch a file it cannot read, but can replace it", async () => {
    await writeFile(path, "{ half");
    const { hash } = (await get()) as { hash: string };
    await expect(handlers["config.patch"]!({ raw: "{}", baseHash: hash }, call)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await handlers["config.set"]!({ raw: "{ /* new */ }", baseHash: hash }, call);
    expect(await readFile(path, "utf8")).toBe("{ /* new */ }");
  });
});

describe("config schema", () => {
  it("has a hint for every setting, each with a path that is in the schema", async () => {
    const { schema, uiHints } = configSchemaDocument();
    expect(uiHints["gateway.auth.token"]).toMatchObject({ label: "Token", group: "gateway", sensitive: true });
    expect(uiHints["suppliers.*.clientSecret"]?.sensitive).toBe(true);
    expect(uiHints["agents.list[].id"]).toBeDefined();
    for (const path of Object.keys(uiHints)) {
      // biome-ignore lint/suspicious/noExplicitAny: walks any JSON Schema
      let nodes: any[] = [schema];
      for (const key of path.replaceAll("[]", ".[]").split(".")) {
        nodes = nodes
          .flatMap((node) => [node, ...(node.anyOf ?? []), ...(node.allOf ?? [])])
          .flatMap((node) => [key === "[]" ? node.items : key === "*" ? node.additionalProperties : node.properties?.[key]].filter(Boolean));
      }
      expect(nodes, path).not.toHaveLength(0);
    }
    expect(await handlers["config.schema"]!(undefined, call)).toMatchObject({ version: "1.2.3", generatedAt: "2027-01-15T09:00:00.000Z" });
  });
});
