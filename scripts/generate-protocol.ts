import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { docsPage } from "./protocol/docs-page.ts";
import { protocolSchema } from "./protocol/json-schema.ts";
import { readProtocol } from "./protocol/read-protocol.ts";
import { swiftModels } from "./protocol/swift.ts";

/**
 * What is written from the zod schemas of the protocol: a JSON Schema, Swift models and a page of docs. `--write` writes them,
 * `--check` fails when one is not what the schemas say now.
 */
const root = join(import.meta.dirname, "..");
const schema = protocolSchema(await readProtocol());
const files: readonly (readonly [path: string, text: string])[] = [
  ["packages/protocol/schema/protocol.schema.json", `${JSON.stringify(schema, null, 2)}\n`],
  ["packages/protocol/swift/GatewayModels.swift", swiftModels(schema)],
  ["docs/protocol.md", docsPage(schema)],
];

if (process.argv.includes("--write")) {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
} else if (process.argv.includes("--check")) {
  const stale = files.filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text);
  for (const [path] of stale) console.error(`${path} is not what the schemas say: run node scripts/generate-protocol.ts --write and commit it`);
  if (stale.length > 0) process.exitCode = 1;
  else console.log("generated files say what the schemas say");
} else {
  console.error("usage: node scripts/generate-protocol.ts --write|--check");
  process.exitCode = 2;
}
