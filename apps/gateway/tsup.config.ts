import { cpSync } from "node:fs";
import { defineConfig } from "tsup";

/** One bundle, so that the process starts fast; provider SDKs stay outside and are loaded when a model of theirs is used. */
export default defineConfig({
  entry: { main: "src/main.ts", index: "src/index.ts" },
  format: "esm",
  target: "node24",
  platform: "node",
  removeNodeProtocol: false,
  splitting: true,
  clean: true,
  onSuccess: async () => cpSync(new URL("../../skills", import.meta.url), new URL("./dist/skills", import.meta.url), { recursive: true }),
  noExternal: [/^@travelagent\//, "zod", "json5", "ws", "temporal-polyfill", "pino"],
  external: ["@anthropic-ai/sdk", "openai"],
  esbuildOptions(options) {
    options.conditions = ["@travelagent/source", "import", "node"];
    options.legalComments = "none";
  },
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
