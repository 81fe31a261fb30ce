import { GatewayConfig, statePaths } from "@travelagent/config";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { routingOf } from "../configuration/routing.ts";
import { admissionOf } from "./channels/admission-of.ts";
import { openDoor } from "./door.ts";

const rulesOf = (given: Record<string, unknown>) => {
  const config = GatewayConfig.parse(given);
  const door = openDoor({ config: () => config, paths: statePaths("/nowhere"), clock: systemClock });
  return door.options({ write: async () => undefined }).rules!();
};
const problemsOf = (given: unknown): string[] => {
  const parsed = GatewayConfig.safeParse(given);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
};

describe("what a configuration asks of a message", () => {
  it("without a word about it: travel only, the guard is on, fifty messages of a group", () => {
    const rules = rulesOf({});
    expect(rules).toMatchObject({ onlyTravel: true, overheard: 50, loop: { repeats: 6, rapid: 12, windowMs: 3_600_000 } });
    expect(rules.mentionPatterns!("main")).toEqual([]);
    expect(rules.localeOf!("Hola, quiero dos vuelos por favor")).toBe("es");
    expect(rules.localeOf!("42")).toBe("en-GB");
  });

  it("is what it says", () => {
    const { loop, ...rules } = rulesOf({
      messages: { scope: "off", loopGuard: { repeats: 3, windowMinutes: 10 }, groupChat: { historyLimit: 0 } },
      agency: { name: "Mar Viajes" },
      agencies: { north: { name: "Nord Reisen", accounts: ["telegram:north"] } },
    });
    expect(rules).toMatchObject({ onlyTravel: false, overheard: 0 });
    expect(loop).toEqual({ repeats: 3, rapid: 12, windowMs: 600_000 });
    expect(rulesOf({ messages: { loopGuard: { enabled: false } } }).loop).toBeUndefined();
    expect(["north", "default"].map((accountId) => rules.agencyName!({ channel: "telegram", accountId }))).toEqual(["Nord Reisen", "Mar Viajes"]);
  });

  it("knows an agent by its own patterns, those for all, or its name", () => {
    const { mentionPatterns } = rulesOf({
      messages: {},
      agents: {
        list: [
          { id: "main", identity: { name: "M. Arina (desk)", emoji: "🧭" } },
          { id: "sales", name: "Tom", groupChat: { mentionPatterns: ["\\bsales\\b"] } },
        ],
      },
    });
    const named = (agentId: string, text: string) => mentionPatterns!(agentId).some((pattern) => pattern.test(text));
    expect(named("main", "what does @m. arina (desk) say?")).toBe(true);
    expect(named("main", "Marina (desk)")).toBe(false);
    expect(named("main", "help 🧭")).toBe(true);
    expect(named("sales", "Tom?")).toBe(false);
    expect(named("sales", "ask SALES")).toBe(true);
    expect(
      rulesOf({ messages: { groupChat: { mentionPatterns: ["bot"] } }, agents: { list: [{ id: "main", name: "Tom" }] } }).mentionPatterns!("main"),
    ).toEqual([/bot/iu]);
    expect(problemsOf({ messages: { groupChat: { mentionPatterns: ["("] } } })).toEqual(["messages.groupChat.mentionPatterns.0"]);
  });
});

describe("who may write", () => {
  const of = (section: Parameters<typeof admissionOf>[1], defaults?: { groupPolicy: "open" }) => {
    const log = recordingLogger();
    return { rules: admissionOf("telegram", section, { log, ...(defaults ? { defaults } : {}) }), warned: log.lines.length };
  };

  it("is let in by code where nothing else is said", () => {
    expect(of({})).toEqual({ rules: { dmPolicy: "pairing" }, warned: 0 });
    expect(of({ dmPolicy: "pairing", allowFrom: ["1"] })).toEqual({ rules: { dmPolicy: "pairing", allowFrom: ["1"] }, warned: 0 });
    expect(of({ dmPolicy: "closed" }).rules).toEqual({ dmPolicy: "disabled" });
    expect(of({ dmPolicy: "allowlist" }).warned).toBe(1);
  });

  it("in groups is what the channel says, else what all channels say", () => {
    expect(of({ groups: ["a", "b"] }, { groupPolicy: "open" }).rules).toEqual({ dmPolicy: "pairing", groupPolicy: "open", groups: { a: {}, b: {} } });
    expect(
      of({ groupPolicy: "disabled", groupAllowFrom: ["1"], groups: { a: { requireMention: false, allowFrom: ["2"] } } }, { groupPolicy: "open" }).rules,
    ).toEqual({
      dmPolicy: "pairing",
      groupPolicy: "disabled",
      groupAllowFrom: ["1"],
      groups: { a: { requireMention: false, allowFrom: ["2"] } },
    });
  });

  it("a group with an agent of its own is bound to it, unless a binding says otherwise", () => {
    const given = {
      agents: { list: [{ id: "main", default: true }, { id: "sales" }] },
      bindings: [{ agentId: "main", match: { channel: "telegram", peer: { kind: "group", id: "-2" } } }],
      channels: {
        telegram: {
          groups: { "-1": { agentId: "sales" }, "-2": { agentId: "sales" }, "-3": {} },
          accounts: { north: { groups: { "-4": { agentId: "sales" } } } },
        },
      },
    };
    const { bindings } = routingOf(GatewayConfig.parse(given));
    expect(bindings.map(({ agentId, match: { accountId, peer } }) => [agentId, accountId, peer!.id])).toEqual([
      ["main", undefined, "-2"],
      ["sales", "default", "-1"],
      ["sales", "default", "-2"],
      ["sales", "north", "-4"],
    ]);
    expect(problemsOf({ channels: { telegram: { groups: { "-1": { agentId: "nobody" } } } } })).toEqual(["channels.telegram.groups.-1.agentId"]);
    expect(problemsOf({ channels: { telegram: { groups: { "*": { agentId: "main" } } } } })).toEqual(["channels.telegram.groups.*.agentId"]);
  });
});
