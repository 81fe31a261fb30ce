import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { docsPage } from "./docs-page.ts";
import { ownKeywords, protocolSchema, typeName } from "./json-schema.ts";
import { type Protocol, readProtocol } from "./read-protocol.ts";
import { swiftModels, swiftName, swiftReserved } from "./swift.ts";

const protocol = await readProtocol();
const document = protocolSchema(protocol);

const compiled = () => {
  const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, validateFormats: false });
  ajv.addVocabulary([...ownKeywords]);
  ajv.addSchema(document, "protocol");
  return (path: string) => ajv.getSchema(path === "" ? "protocol" : `protocol#/definitions/${path}`)!;
};

/** A protocol with one method and one event more. */
const withMore = (params: z.ZodType, result: z.ZodType = z.looseObject({})): Protocol => ({
  ...protocol,
  methods: new Map([...protocol.methods, ["made.up-for test", { scope: "operator.read" as const, params, result }]]),
});

describe("the JSON Schema of the protocol", () => {
  it("names every method and event with what the schemas say of them", () => {
    expect(Object.keys(document["x-methods"])).toEqual([...protocol.methods.keys()]);
    expect(Object.keys(document["x-events"])).toEqual([...protocol.events.keys()]);
    for (const [name, spec] of protocol.methods) {
      const entry = document["x-methods"][name]!;
      expect([name, entry.scope, entry.visitor, entry.node, entry.idempotent, entry.twoStage]).toEqual([
        name,
        spec.scope,
        spec.visitor,
        spec.node,
        spec.idempotent,
        spec.twoStage,
      ]);
    }
    for (const [name, { audience }] of protocol.events) expect([name, document["x-events"][name]!.audience]).toEqual([name, audience]);
    expect(document["x-errors"]).toEqual(protocol.errors);
  });

  it("compiles in strict mode, every definition of it, and leaves no reference open", () => {
    const validator = compiled();
    for (const name of Object.keys(document.definitions)) expect(() => validator(name)({}), name).not.toThrow();
  });

  it("accepts frames of the wire and refuses others", () => {
    const frame = compiled()("");
    for (const good of [
      { type: "req", id: "1", method: "health" },
      { type: "res", id: "1", ok: true, payload: { ok: true } },
      { type: "res", id: "1", ok: false, error: { code: "NOT_FOUND", message: "there is none" } },
      { type: "event", event: "tick", payload: { ts: 1 }, seq: 4 },
    ])
      expect(frame(good), JSON.stringify(good)).toBe(true);
    for (const bad of [
      {},
      null,
      [],
      { type: "req", id: "", method: "x" },
      { type: "req", id: "1", method: "x", more: 1 },
      { type: "res", id: "1" },
      { type: "push" },
    ])
      expect(frame(bad), JSON.stringify(bad)).toBe(false);
  });

  it("says the same as the zod schemas about parameters", () => {
    const validator = compiled();
    const params = { sessionKey: "main", message: "two seats to Lisbon", idempotencyKey: "k1" };
    for (const [value, valid] of [
      [params, true],
      [{ ...params, evil: 1 }, false],
      [{ ...params, sessionKey: "" }, false],
      [{ sessionKey: "main", message: "x" }, false],
      ["text", false],
    ] as const) {
      expect([value, validator("ChatSendParams")(value)]).toEqual([value, valid]);
      expect(protocol.methods.get("chat.send")!.params.safeParse(value).success).toBe(valid);
    }
  });

  it("has the parsed parameters where they are another shape than those that are sent", () => {
    const more = protocolSchema(withMore(z.strictObject({ limit: z.int().default(50), key: z.string() })));
    expect(more["x-methods"]["made.up-for test"]).toMatchObject({ parsedParams: { $ref: "#/definitions/MadeUpForTestParsedParams" } });
    expect(more.definitions.MadeUpForTestParams!.required).toEqual(["key"]);
    expect(more.definitions.MadeUpForTestParsedParams!.required).toEqual(["limit", "key"]);
    expect(document["x-methods"].health).not.toHaveProperty("parsedParams");
  });

  it("copes with shapes that refer to themselves", () => {
    interface Tree {
      below: Tree[];
    }
    const Tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ below: z.array(Tree) }));
    const more = protocolSchema(withMore(z.strictObject({ tree: Tree })));
    const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, validateFormats: false });
    ajv.addVocabulary([...ownKeywords]);
    ajv.addSchema(more, "more");
    const params = ajv.getSchema("more#/definitions/MadeUpForTestParams")!;
    expect(params({ tree: { below: [{ below: [] }] } })).toBe(true);
    expect(params({ tree: { below: [{ under: [] }] } })).toBe(false);
  });

  it("carries the comments of the source", () => {
    expect(document["x-methods"]["chat.send"]!.description).toMatch(/^The message is durable/);
    expect(document.definitions.TravelTime!.properties!.local!.description).toMatch(/^Wall clock/);
  });
});

/** Without texts and comments, in which brackets mean nothing. */
const codeOf = (swift: string): string => swift.replace(/\/\/[^\n]*/g, "").replace(/"(?:[^"\\]|\\.)*"/g, '""');

describe("the Swift models", () => {
  const swift = swiftModels(document);
  const code = codeOf(swift);

  it("are the same bytes each time", () => {
    expect(swiftModels(protocolSchema(protocol))).toBe(swift);
  });

  it("close every bracket they open", () => {
    const closing: Record<string, string> = { "{": "}", "(": ")", "[": "]" };
    const open: string[] = [];
    for (const character of code) {
      if (character in closing) open.push(closing[character]!);
      else if ("})]".includes(character)) expect(open.pop()).toBe(character);
    }
    expect(open).toEqual([]);
  });

  it("declare each type once, and every type they use", () => {
    const declared = [...code.matchAll(/^public (?:struct|enum|typealias) (\w+)/gm)].map(([, name]) => name!);
    expect(declared.filter((name, at) => declared.indexOf(name) !== at)).toEqual([]);
    const known = new Set([...declared, "String", "Int", "Double", "Bool"]);
    const used = [...code.matchAll(/^ {4}public var \S+: (.+)$/gm), ...code.matchAll(/^public typealias \w+ = (.+)$/gm)].flatMap(
      ([, type]) => type!.match(/\w+/g) ?? [],
    );
    expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
    for (const name of ["GatewayFrame", "RequestFrame", "HelloOk", "ConnectParams", "ChatSendParams", "ChatHistoryResult", "TickEvent"])
      expect(declared).toContain(name);
    expect(code).toContain("case unknown(type: String, raw: AnyCodable)");
  });

  it("put words of the language in backticks, and give no member twice", () => {
    for (const [, name] of code.matchAll(/(?:public var|public static let|^ {4}case) ([^\s:=(]+)/gm)) expect(swiftReserved.has(name!), name).toBe(false);
    expect(swiftName("default")).toBe("`default`");
    expect(swiftName("needs-person")).toBe("needsPerson");
    expect(swiftName("2fa")).toBe("_2fa");
    for (const [, body] of code.matchAll(/^public struct \w+[^{]*\{\n([\s\S]*?)^\}/gm)) {
      const members = [...body!.matchAll(/public (?:var|static let) ([^\s:=]+)/g)].map(([, name]) => name!);
      expect(members.filter((name, at) => members.indexOf(name) !== at)).toEqual([]);
    }
  });

  it("find another name when one is taken", () => {
    const more = protocolSchema({
      ...withMore(z.strictObject({ state: z.enum(["on", "off"]) })),
      nouns: new Map([...protocol.nouns, ["MadeUpForTestParamsState", z.strictObject({ a: z.string() })]]),
    });
    more.definitions.MadeUpForTestParamsState = { type: "string" };
    expect(swiftModels(more)).toContain("public var state: MadeUpForTestParamsStateValue");
  });

  const compiler = spawnSync("swiftc", ["--version"]).status === 0;
  if (compiler)
    it("parse with the compiler", () => {
      const directory = mkdtempSync(join(tmpdir(), "swift-"));
      try {
        writeFileSync(join(directory, "GatewayModels.swift"), swift);
        const { status, stderr } = spawnSync("swiftc", ["-parse", join(directory, "GatewayModels.swift")], { encoding: "utf8" });
        expect(stderr).toBe("");
        expect(status).toBe(0);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
});

describe("the page of docs", () => {
  const page = docsPage(document);
  it("has every method, event and error, and no link into nothing", () => {
    for (const name of protocol.methods.keys()) expect(page).toContain(`\n### ${name}\n`);
    for (const name of protocol.events.keys()) expect(page).toContain(`\n| \`${name}\` |`);
    for (const name of Object.keys(protocol.errors)) expect(page).toContain(`| \`${name}\` |`);
    const headings = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
        text!
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-"),
      ),
    );
    for (const [, target] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings.has(target!), target).toBe(true);
  });
});

describe("names", () => {
  it("are made of what the wire calls a thing", () => {
    expect(["chat.send", "system-presence", "conversations.takeOver"].map(typeName)).toEqual(["ChatSend", "SystemPresence", "ConversationsTakeOver"]);
  });
});
