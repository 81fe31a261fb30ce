// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { GatewayConfig, redact, redactRaw, redactText } from "./index.ts";
import { inputJsonSchema, type JsonSchema } from "./json-schema-walk.ts";
import { redactConfig, refuseMask } from "./redact.ts";

const raw = `{
  // the gateway; its token was once s3cret-token
  gateway: { port: 18790, auth: { mode: "token", token: "s3cret-token" } },
  channels: { telegram: { botToken: '\${TELEGRAM_TOKEN}' }, email: { smtp: { host: "mail", user: "u", pass: "p4ss-word" } } },
  suppliers: { duffel: { baseUrl: "https://user:pw-in-url@api.example.com", accessToken: "duffel-token" } },
  plugins: { entries: { erp: { config: { url: "http://erp", apiKey: "erp-key", nested: { db_password: "12345" } } } } },
}`;

describe("redaction", () => {
  it("masks what the schema marks, what is named like a secret, and what looks like one", () => {
    const shown = redact({
      gateway: { port: 1, auth: { token: "a", password: "${PASSWORD}" } },
      plugins: {
        entries: { erp: { config: { apiKey: "b", maxTokens: 5, note: "use sk-abcdefghijklmnopqrstuv please", clientSecrets: { credentials: ["c", "d"] } } } },
      },
      channels: { whatsapp: { cloud: { phoneNumberId: "1", accessToken: "e" } } },
    });
    expect(shown).toEqual({
      gateway: { port: 1, auth: { token: "***", password: "${PASSWORD}" } },
      plugins: { entries: { erp: { config: { apiKey: "***", maxTokens: 5, note: "use *** please", clientSecrets: { credentials: ["***", "***"] } } } } },
      channels: { whatsapp: { cloud: { phoneNumberId: "1", accessToken: "***" } } },
    });
  });

  it("keeps comments of the file and no secret, in comments neither", () => {
    const shown = redactRaw(raw)!;
    for (const secret of ["s3cret-token", "p4ss-word", "pw-in-url", "duffel-token", "erp-key", "12345"]) expect(shown).not.toContain(secret);
    expect(shown).toContain("// the gateway; its token was once ***");
    expect(shown).toContain("${TELEGRAM_TOKEN}");
  });

  it("masks secrets written in escapes, and short ones without breaking other words", () => {
    expect(redactRaw('{ gateway: { auth: { token: "\\x68unter2" } } }')).not.toMatch(/unter2/);
    expect(redactRaw('{ gateway: { auth: { token: "a" }, port: 5 } }')).toBe(
      '{\n  "gateway": {\n    "auth": {\n      "token": "***"\n    },\n    "port": 5\n  }\n}\n',
    );
  });

  it("masks a secret wherever else it stands", () => {
    const text = '{ suppliers: { rail: { apiKey: "rail-key-1234", baseUrl: "https://rail.example.com/rail-key-1234/v1" } } } // ours';
    expect(redact({ suppliers: { rail: { apiKey: "rail-key-1234", baseUrl: "https://rail.example.com/rail-key-1234/v1" } } })).toEqual({
      suppliers: { rail: { apiKey: "***", baseUrl: "https://rail.example.com/***/v1" } },
    });
    expect(redactRaw(text)).toBe('{ suppliers: { rail: { apiKey: "***", baseUrl: "https://rail.example.com/***/v1" } } } // ours');
    const config = GatewayConfig.parse({ suppliers: { rail: { apiKey: "rail-key-1234", baseUrl: "https://rail.example.com/rail-key-1234/v1" } } });
    expect(JSON.stringify(redactConfig({ config, sensitive: [] }))).not.toContain("rail-key-1234");
  });

  it("shows nothing of a file nobody can read", () => {
    expect(redactRaw('{ gateway: { auth: { token: "hunter2" ')).toBeNull();
  });

  it("refuses a mask that comes back, and lets a text with stars of its own pass", () => {
    const current = { suppliers: { duffel: { baseUrl: "https://user:hunter2@api.example.com" } }, channels: { webchat: { greeting: "*** Welcome ***" } } };
    expect(() => refuseMask({ ...current, suppliers: (redact(current) as typeof current).suppliers }, current)).toThrowError("suppliers.duffel.baseUrl");
    expect(() => refuseMask({ gateway: { auth: { token: "***" } } }, current)).toThrowError("gateway.auth.token");
    refuseMask(current, current);
    refuseMask({ channels: { webchat: { greeting: "*** Sale ***" } } }, current);
  });

  it("knows the common forms", () => {
    const text = [
      "Bearer abcdefghijklmnop",
      "ghp_abcdefghijklmnopqrstuvwxyz",
      "123456789:AAabcdefghijklmnopqrstuvwxyz012345",
      "sk_live_abcdefghijklm",
      "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
    ].join(" | ");
    expect(redactText(text)).toBe("*** | *** | *** | *** | ***");
  });

  it("knows secrets inside of addresses", () => {
    for (const [address, shown] of [
      ["https://user:hunter2@a.example/x", "https://user:***@a.example/x"],
      ["https://0123456789abcdef@a.example/1", "https://***@a.example/1"],
      ["https://a.example/v1?region=eu&api_key=hunter2&x=1", "https://a.example/v1?region=eu&api_key=***&x=1"],
      ["https://a.example/v1?access_token=hunter2#top", "https://a.example/v1?access_token=***#top"],
      ["https://u:${RAIL_PASS}@a.example/${X}?key=${RAIL_KEY}", "https://u:${RAIL_PASS}@a.example/${X}?key=${RAIL_KEY}"],
      ["https://u:${RAIL_PASS}hunter2@a.example/?key=${RAIL_KEY}hunter2", "https://u:***@a.example/?key=***"],
      ["https://${RAIL_LOGIN}@a.example/", "https://${RAIL_LOGIN}@a.example/"],
      ["https://a.example/v1?region=eu&keyword=rail", "https://a.example/v1?region=eu&keyword=rail"],
    ])
      expect(redactText(address!)).toBe(shown);
    expect(redactRaw('{ suppliers: { rail: { baseUrl: "https://a.example/v1?key=hunter2" } } } // ours')).toBe(
      '{ suppliers: { rail: { baseUrl: "https://a.example/v1?key=***" } } } // ours',
    );
  });

  it("has every secret of the schema marked", () => {
    const unmarked: string[] = [];
    const walk = (node: JsonSchema, path: string): void => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (/(token|password|pass|secret|key)$/i.test(key) && child.type === "string" && !child.secret) unmarked.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      for (const child of [
        ...(node.anyOf ?? []),
        ...(typeof node.additionalProperties === "object" ? [node.additionalProperties] : []),
        ...(node.items && !Array.isArray(node.items) ? [node.items] : []),
      ])
        walk(child, path);
    };
    walk(inputJsonSchema(GatewayConfig), "");
    // A file's path and the name of a session.
    expect(unmarked).toEqual([".gateway.tls.key", ".session.mainKey"]);
  });

  it("follows any schema", () => {
    expect(redact({ pin: "1234", open: "x" }, z.strictObject({ pin: z.string().meta({ secret: true }), open: z.string() }))).toEqual({ pin: "***", open: "x" });
  });
});
