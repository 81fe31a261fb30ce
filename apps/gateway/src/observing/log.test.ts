import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretsIn, secretsOf } from "../configuration/secrets-of.ts";
import { fileLogger } from "./log.ts";
import { createScrubber } from "./log-scrubber.ts";

describe("log", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "log-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const written = () =>
    readFileSync(join(directory, readdirSync(directory)[0]!), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const lineOf = (fields: Record<string, unknown>, secrets: string[] = []): Record<string, unknown> => {
    const log = fileLogger({ directory, level: "info", secrets });
    log.info("happened", fields);
    log.close();
    const [file] = readdirSync(directory);
    expect(statSync(join(directory, file!)).mode & 0o777).toBe(0o600);
    return written().at(-1)!;
  };

  it("writes one JSON object a line with time, level, subsystem and message, each name once", () => {
    const log = fileLogger({ directory, level: "info" });
    const child = log.child({ subsystem: "engine", runId: "r0" });
    child.warn("it waits\nfor %s room", { runId: "r1", message: "own words", level: 7, time: "then", subsystem: "storage" });
    log.debug("not in the file");
    log.close();
    const [text] = readFileSync(join(directory, readdirSync(directory)[0]!), "utf8")
      .trimEnd()
      .split("\n");
    expect(text!.match(/"runId"/g)).toHaveLength(1);
    expect(written()).toEqual([
      expect.objectContaining({
        level: "warn",
        subsystem: "storage",
        message: "it waits\nfor %s room",
        runId: "r1",
        detail: "own words",
        fieldLevel: 7,
        fieldTime: "then",
      }),
    ]);
    expect(readdirSync(directory)).toEqual([`gateway-${String(written()[0]!.time).slice(0, 10)}.jsonl`]);
  });

  it("removes files of days that are over for long, and nothing else", () => {
    for (const name of ["gateway-2020-01-01.jsonl", "other-2020-01-01.jsonl", `gateway-${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}.jsonl`])
      writeFileSync(join(directory, name), "{}\n");
    const log = fileLogger({ directory, level: "info", keepDays: 7 });
    log.info("a new day");
    log.close();
    expect(readdirSync(directory)).toHaveLength(3);
    expect(readdirSync(directory)).not.toContain("gateway-2020-01-01.jsonl");
  });

  it("keeps the levels of file and console apart, and changes both while it runs", () => {
    const seen: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((text: string) => Boolean(seen.push(text))) as typeof write;
    try {
      const log = fileLogger({ directory, level: "error", consoleLevel: "info" });
      log.info("console only");
      log.error("both");
      log.setLevel("info");
      log.setConsoleLevel("silent");
      log.info("file only");
      log.close();
    } finally {
      process.stderr.write = write;
    }
    expect(seen).toEqual(["info  console only  subsystem=process\n", "error  both  subsystem=process\n"]);
    expect(written().map(({ message }) => message)).toEqual(["both", "file only"]);
  });

  it("drops secrets, personal data and card numbers however deep they are", () => {
    const line = lineOf({
      "pii.email": "ana@example.com",
      details: { apiKey: "sk-1", list: [{ note: "card 4111 1111 1111 1111" }], "pii.name": "Ana Silva", tokens: 42 },
      error: new Error("declined 4111111111111111"),
      number: 4111111111111111,
    });
    expect(line).toMatchObject({ "pii.email": "***", details: { apiKey: "***", list: [{ note: "card ***" }], "pii.name": "***", tokens: 42 }, number: "***" });
    expect(line.error).toMatch(/^Error: declined \*\*\* \| Error at /);
    expect(JSON.stringify(line)).not.toMatch(/4111|Ana Silva|sk-1/);
  });

  it("takes known secrets out wherever they are: messages, names, nested errors and their stacks", () => {
    const secret = 'quite "odd" secret+1';
    const root = new Error(`connect with ${secret} failed`);
    root.stack = `Error: ${secret}\n    at connect (file:///srv/${secret}.ts:1:1)`;
    const error = new TravelAgentError("UNAVAILABLE", `supplier said ${secret}`, { cause: new Error("outer", { cause: root }) });
    const log = fileLogger({ directory, level: "info", secrets: [secret] });
    log.hide("made-later");
    log.warn(`a ${secret} here and made-later there`, {
      error,
      [secret]: 1,
      url: `https://x/?k=${encodeURIComponent(secret)}`,
      list: [JSON.stringify({ secret })],
    });
    log.close();
    const text = readFileSync(join(directory, readdirSync(directory)[0]!), "utf8");
    expect(text).not.toMatch(/odd|made-later/);
    expect(written()[0]).toMatchObject({ message: "a *** here and *** there", url: "https://x/?k=***" });
    expect(written()[0]!.error).toMatch(/^UNAVAILABLE: .*caused by Error: outer.*caused by Error: connect with \*\*\* failed/);
  });

  it("keeps six and four characters of what looks like a long secret, nothing of a short one", () => {
    const { text } = createScrubber({ patterns: ["BOOK-\\d+"] });
    expect(text("use sk-abcdefghijklmnopqrstuv now")).toBe("use sk-abc***stuv now");
    expect(text("Authorization: Bearer abcdefghijklmnopqrstuvwxyz")).toContain("Bearer abcdef***wxyz");
    expect(text("Bearer short-one1")).toBe("Bearer ***");
    expect(text("password=hunter22 token: 'tiny12'")).toBe("password=*** token: '***'");
    expect(text("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----")).toBe(
      "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
    );
    expect(text("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")).toBe("eyJhbG***dXJl");
    expect(text("postgres://user:p4ssw0rd@db/x")).toBe("postgres://user:***@db/x");
    expect(text("see BOOK-123")).toBe("see ***");
    expect(() => createScrubber({ patterns: ["("] })).toThrow("logging.redactPatterns");
  });

  it("shows people and conversations under the same pseudonym everywhere, with another key another", () => {
    const key = "agent:main:whatsapp:dm:+34600111222";
    const of = (pseudonymKey: string) => {
      const { text, field } = createScrubber({ pseudonymKey });
      const [name, shown] = field("pii.sessionKey", key);
      expect(name).toBe("sessionKey");
      expect(field("lane", key)[1]).toBe(shown);
      expect(field("pii.lane", key)).toEqual(["lane", shown]);
      expect(text(`there is no conversation ${key}.`)).toBe(`there is no conversation ${String(shown)}.`);
      expect(field("peerId", "ana@example.com")[1]).toMatch(/^#[0-9a-f]{12}$/);
      expect(field("sessionKey", "agent:main:main")[1]).toBe("agent:main:main");
      return shown;
    };
    expect(of("a")).toMatch(/^agent:main:#[0-9a-f]{12}$/);
    expect(of("a")).not.toBe(of("b"));
    const { text } = createScrubber();
    expect(text("mail ana.silva@example.com or +34 600 111 222")).toBe("mail [email] or [phone]");
  });

  it("keeps kind and place of an unexpected error, and drops its words", () => {
    const error = new TypeError("cannot read ana@example.com");
    const { "pii.error": kept } = lineOf({ "pii.error": error.stack });
    expect(kept).toMatch(/^TypeError at .*log\.test\.ts/);
    expect(kept).not.toContain("ana@example.com");
  });

  it("writes what JSON cannot hold instead of failing its caller", () => {
    const circle: Record<string, unknown> = { n: 1n, f: () => 1, s: new Set([1]), b: Buffer.from("abc") };
    circle.self = circle;
    expect(lineOf({ circle })).toMatchObject({ message: "happened", circle: { n: "1", f: "[function]", s: "[1 entries]", b: "[3 bytes]" } });
  });

  it("knows the secrets of configuration and environment", () => {
    const config = GatewayConfig.parse({
      gateway: { auth: { token: "the-token" } },
      suppliers: { duffel: { baseUrl: "https://user:in-the-url@api.example.com", accessToken: "duffel-token" } },
      plugins: { entries: { erp: { config: { apiKey: "erp-key", region: "eu" } } } },
      telemetry: { otlp: { endpoint: "http://127.0.0.1:4318", headers: { "x-key": "otlp-key" } } },
    });
    expect(secretsOf(config).sort()).toEqual(["duffel-token", "erp-key", "in-the-url", "otlp-key", "the-token"]);
    expect(secretsIn({ OPENAI_API_KEY: "sk-openai", PATH: "/usr/bin", TRAVELAGENT_DATABASE_URL: "postgres://u:dbpass@h/x", EMPTY_TOKEN: "" })).toEqual([
      "sk-openai",
      "dbpass",
    ]);
  });
});
