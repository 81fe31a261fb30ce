import { openPlugin, pluginContract } from "@travelagent/plugin-kit/testing";
import { describe, expect, it } from "vitest";

const folder = import.meta.dirname;
const config = { hours: { IN: "Mon to Thu 10 to 12" } };

pluginContract({ describe, it, expect }, "visa-desk", { folder, config });

describe("the visa desk", () => {
  it("knows when a consulate is open", async () => {
    const plugin = await openPlugin(folder, { config });
    expect(await plugin.callTool("visa_desk_hours", { country: "in" })).toEqual({ content: { hours: "Mon to Thu 10 to 12" }, tainted: false });
    expect(await plugin.callMethod("visa-desk.countries")).toEqual({ countries: ["IN"] });
    expect(await plugin.runCommand("visa-hours", "IN")).toEqual({ text: "Mon to Thu 10 to 12" });
    await expect(plugin.callTool("visa_desk_hours", { country: "XX" })).rejects.toThrow("we know no consulate of XX; we have IN");
    await plugin.close();
  });
});
