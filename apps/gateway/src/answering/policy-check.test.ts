import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GatewayConfig } from "@travelagent/config";
import { recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { checkPolicyFiles, shippedTools, warnOfToolLists } from "./policy-check.ts";
import { filesOfPacks } from "./policy-files.ts";

const root = fileURLToPath(new URL("../../policy", import.meta.url));

describe("the packs that come along", () => {
  it.each([[["agency-default"]], [["agency-default", "traveller-rules"]]])("have nothing to be reported: %s", (packs) =>
    expect(checkPolicyFiles(filesOfPacks(root, packs))).toEqual([]),
  );
  it.each(readdirSync(root))("have no rule that can never do what it says: %s", (pack) =>
    expect(checkPolicyFiles(filesOfPacks(root, [pack])).filter(({ severity }) => severity === "error")).toEqual([]),
  );

  it("say which packs there are when one is not", () =>
    expect(() => filesOfPacks(root, ["agency"])).toThrow(/no policy pack agency; there are agency-default/));
});

it("knows every tool once", () => {
  const names = shippedTools().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it("warns of entries in lists of tools that name nothing, wherever they stand", () => {
  const log = recordingLogger();
  const config = GatewayConfig.parse({
    tools: { deny: ["exce", "group:fs"], byChannel: { sms: { allow: ["search_*", "serch_*"] } } },
    agents: { list: [{ id: "main", tools: { deny: ["bash", "mcp_fx_*", "acme_quote", "nothing"] } }] },
  });
  warnOfToolLists(config, [{ name: "acme_quote", group: "plugin:acme" }], log);
  expect(log.lines.map(({ fields }) => fields)).toMatchObject([
    { path: "tools.deny", name: "exce" },
    { path: "tools.byChannel.sms.allow", name: "serch_*" },
    { path: "agents.list.main.tools.deny", name: "nothing" },
  ]);
});
