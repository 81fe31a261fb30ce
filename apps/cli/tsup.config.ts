import { defineConfig } from "tsup";

/** One bundle in chunks: a command loads what it needs and nothing else. The gateway stays outside and is loaded by `travelagent gateway` alone. */
export default defineConfig({
  entry: { main: "src/main.ts" },
  format: "esm",
  target: "node24",
  platform: "node",
  splitting: true,
  clean: true,
  // node:sqlite has no name without the prefix.
  removeNodeProtocol: false,
  noExternal: [/^@travelagent\/(?!gateway$)/, "commander", "json5", "multicast-dns", "ws", "zod"],
  external: ["@travelagent/gateway"],
  esbuildOptions(options) {
    options.conditions = ["@travelagent/source", "import", "node"];
    options.legalComments = "none";
  },
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
