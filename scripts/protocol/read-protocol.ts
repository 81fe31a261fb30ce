import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import * as protocol from "../../packages/protocol/src/index.ts";
import { type Comments, readComments } from "./read-comments.ts";

/** Everything the generated files are made of, read from the schemas as they are now. */
export interface Protocol {
  version: { current: number; newest: number };
  limits: Readonly<Record<string, number>>;
  methods: ReadonlyMap<string, protocol.MethodSpec>;
  events: ReadonlyMap<string, protocol.EventSpec>;
  errors: Readonly<Record<string, { retryable: boolean; httpStatus: number }>>;
  /** Exported schemas by name; used by name wherever they occur. */
  nouns: ReadonlyMap<string, z.ZodType>;
  comments: Comments;
}

const source = join(import.meta.dirname, "../../packages/protocol/src");

/** Names that a schema has elsewhere. */
const renamed: Readonly<Record<string, string>> = { ErrorFrameShape: "ErrorShape" };

const sourceFiles = (): string[] =>
  ["", "methods"].flatMap((folder) =>
    readdirSync(join(source, folder))
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .sort()
      .map((name) => join(source, folder, name)),
  );

const byName = <T>(entries: readonly (readonly [string, T])[]): Map<string, T> => new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

export async function readProtocol(): Promise<Protocol> {
  const files = sourceFiles();
  const nouns = new Map<string, z.ZodType>();
  const known = new Set<unknown>();
  for (const file of files) {
    const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported)) {
      if (!(value instanceof z.ZodType) || !/^[A-Z]/.test(name) || known.has(value)) continue;
      const id = renamed[name] ?? name;
      if (nouns.has(id)) throw new Error(`two schemas of the protocol have the name ${id}: rename one`);
      known.add(value);
      nouns.set(id, value);
    }
  }
  return {
    version: { current: protocol.PROTOCOL_VERSION, newest: protocol.MAX_PROTOCOL_VERSION },
    limits: protocol.limits,
    methods: byName(Object.entries(protocol.methods as Record<string, protocol.MethodSpec>)),
    events: byName(Object.entries(protocol.events as Record<string, protocol.EventSpec>)),
    errors: protocol.errorCodes,
    nouns,
    comments: readComments(files, renamed),
  };
}
