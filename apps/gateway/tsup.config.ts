import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig } from "tsup";

/**
 * The engine keeps the text of a program in memory, with two bytes for each character as soon as one of them is not Latin-1: that is
 * some MiB. What is left of such characters stands in regular expressions and comments, where an escape means the same.
 */
function inAscii(file: URL): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

/** One bundle, so that the process starts fast. Outside stay provider SDKs, loaded when a model of theirs is used, and what looks for files of its own at run time: `pdfkit` and its fonts, `grammy`. */
export default defineConfig({
  entry: { main: "src/main.ts", index: "src/index.ts" },
  format: "esm",
  target: "node24",
  platform: "node",
  removeNodeProtocol: false,
  splitting: true,
  clean: true,
  onSuccess: async () => {
    cpSync(new URL("../../packages/templates/templates", import.meta.url), new URL("./dist/templates", import.meta.url), { recursive: true });
    cpSync(new URL("../../skills", import.meta.url), new URL("./dist/skills", import.meta.url), { recursive: true });
    for (const name of readdirSync(new URL("./dist/", import.meta.url)).filter((file) => file.endsWith(".js")))
      inAscii(new URL(`./dist/${name}`, import.meta.url));
  },
  noExternal: [/^@travelagent\//, "zod", "json5", "ws", "temporal-polyfill", "pino"],
  external: ["@anthropic-ai/sdk", "openai", "playwright-core", "@whiskeysockets/baileys"],
  esbuildOptions(options) {
    options.conditions = ["@travelagent/source", "import", "node"];
    options.legalComments = "none";
    options.minifyWhitespace = true;
  },
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
