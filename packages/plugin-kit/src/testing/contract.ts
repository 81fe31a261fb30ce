import type { Runner } from "@travelagent/protocol/testing";
import { manifestName, parsePluginConfig } from "../folder/manifest.ts";
import { readPluginFolder } from "../folder/read-folder.ts";
import { type OpenPlugin, openPlugin } from "./open-plugin.ts";

/** What every plugin keeps to. `config` is one that the plugin runs with. */
export function pluginContract(
  { describe, it, expect }: Runner,
  name: string,
  { folder, config = {} }: { folder: string; config?: Record<string, unknown> },
): void {
  const opened = async (body: (plugin: OpenPlugin) => Promise<void> | void): Promise<void> => {
    const plugin = await openPlugin(folder, { config });
    try {
      await body(plugin);
    } finally {
      await plugin.close();
    }
  };

  describe(`plugin contract: ${name}`, () => {
    it(`has a ${manifestName} that is right, and a folder that can be pinned`, async () => {
      const [first, second] = [await readPluginFolder(folder), await readPluginFolder(folder)];
      expect(first.sha256).toBe(second.sha256);
      expect(first.manifest.description.length).toBeGreaterThan(0);
    });

    it("takes its configuration, and refuses what the schema does not name", async () => {
      const { manifest } = await readPluginFolder(folder);
      parsePluginConfig(manifest, config);
      const key = "there-is-no-such-setting";
      let said = "";
      try {
        parsePluginConfig(manifest, { ...config, [key]: 1 });
      } catch (error) {
        said = (error as Error).message;
      }
      expect(said).toContain(key);
    });

    it("registers what its manifest declares and nothing else, in time", () =>
      opened((plugin) => {
        expect(plugin.status()).toMatchObject({ state: "loaded" });
      }));

    it("says of every tool what it does, and refuses arguments the tool does not name", () =>
      opened(({ plugins }) => {
        for (const tool of plugins.tools([])) {
          expect(tool.description.length).toBeGreaterThan(10);
          expect(tool.args.safeParse({ "there-is-no-such-argument": 1 }).success).toBe(false);
        }
      }));

    it("starts again after it was stopped", async () => {
      for (let start = 1; start <= 2; start++) await opened((plugin) => expect(plugin.status()).toMatchObject({ state: "loaded" }));
    });
  });
}
