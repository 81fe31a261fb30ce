import { defineConfig } from "tsup";

/** The one build of every publishable package: ESM, one output per public entry, declarations beside it. */
export const library = (entry: Record<string, string>) =>
  defineConfig({
    entry,
    format: "esm",
    target: "node22",
    platform: "neutral",
    removeNodeProtocol: false,
    dts: { compilerOptions: { rewriteRelativeImportExtensions: false, customConditions: [] } },
    splitting: true,
    clean: true,
    treeshake: true,
    external: [/^node:/],
  });
