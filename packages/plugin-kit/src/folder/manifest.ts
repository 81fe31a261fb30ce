import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { objectSchema, schemaProblems } from "./json-schema.ts";

/** Name of the file in a plugin's folder that says what the plugin is. */
export const manifestName = "travelagent.plugin.json";

/** The version of `PluginApi` this release gives. */
export const pluginApiVersion = 1;

/** Moments at which a plugin is called. */
export const hookNames = ["gateway_start", "gateway_stop", "before_tool_call", "after_tool_call", "message_received", "message_sent", "session_end"] as const;
export type HookName = (typeof hookNames)[number];

const id = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "must be up to 31 lower-case letters, digits or dashes, and begin with a letter");
const inside = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.{1,2}(\/|$))[^\\:\0]+$/, 'must be a path inside the plugin\'s folder, such as "index.js"')
  .max(300);
const schema = z.record(z.string(), z.unknown());
const text = z.string().min(1).max(500);

const Manifest = z.strictObject({
  $schema: z.string().optional(),
  id,
  name: text,
  version: z.string().regex(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, 'must be a version such as "1.0.0"'),
  description: text,
  apiVersion: z.literal(pluginApiVersion, `must be ${pluginApiVersion}, the version of the plugin interface of this release`),
  /** The module that is loaded: `.js`, `.mjs` or `.ts` with types that can be erased. */
  main: inside.refine((path) => /\.(js|mjs|ts|mts)$/.test(path), "must be a .js, .mjs, .ts or .mts file"),
  /** What `plugins.entries.<id>.config` may hold. Absent: nothing. */
  configSchema: schema.default({ type: "object", properties: {} }),
  tools: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be in snake_case, at most 64 characters")).default([]),
  channels: z
    .array(
      z.strictObject({
        id,
        accountId: z
          .string()
          .regex(/^[\w.-]{1,64}$/)
          .default("default"),
        features: z.strictObject({ maxTextLength: z.int().min(1), threads: z.boolean(), cards: z.boolean() }),
      }),
    )
    .default([]),
  methods: z
    .array(
      z.strictObject({
        name: z.string().max(100),
        description: text.optional(),
        scope: z.enum(["operator.read", "operator.write", "operator.admin"]),
        /** Of an object. Absent: it takes no parameters. */
        params: schema.default({ type: "object", properties: {} }),
        /** It changes something: callers give an `idempotencyKey`, and a repeat is answered with the first answer. */
        idempotent: z.boolean().default(false),
      }),
    )
    .default([]),
  httpRoutes: z
    .array(
      z.strictObject({
        method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        path: z.string().regex(/^(\/[\w-][\w.-]*)+(\/\*)?$/, 'must be a path such as "/rates", or "/rates/*" for all below it'),
        /** Asks nobody for a secret, once the configuration allows that too. */
        public: z.boolean().default(false),
      }),
    )
    .default([]),
  hooks: z.array(z.enum(hookNames)).default([]),
  commands: z
    .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "must be lower-case letters, digits or dashes"), description: text }))
    .default([]),
  /** Folders of skills. */
  skills: z.array(inside).default([]),
});

/** What a plugin is and what it registers. What is not here it may not register. */
export type PluginManifest = Readonly<z.infer<typeof Manifest>>;

/** Names of a plugin's tools begin with this. */
export const toolPrefix = (pluginId: string): string => `${pluginId.replaceAll("-", "_")}_`;

/** Reads a manifest's text; no code of the plugin runs. Raises `CONFIG_INVALID` with every problem and where it is. */
export function parseManifest(given: string): PluginManifest {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch (error) {
    throw invalid([`it is not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) throw invalid(schemaProblems(parsed.error));
  const manifest = parsed.data;
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const once = (key: string, names: readonly string[]): void => {
    for (const [index, name] of names.entries()) check(names.indexOf(name) === index, `${key}.${index}: ${name} is there twice`);
  };
  const prefix = toolPrefix(manifest.id);
  for (const [index, name] of manifest.tools.entries()) check(name.startsWith(prefix), `tools.${index}: ${name} must begin with ${prefix}`);
  for (const [index, { name }] of manifest.methods.entries()) {
    const right = name.startsWith(`${manifest.id}.`) && /^[a-z][\w-]*(\.[A-Za-z][\w-]*)+$/.test(name);
    check(right, `methods.${index}.name: ${name} must begin with ${manifest.id}. and go on with letters, digits and dots`);
  }
  const lists: Record<string, readonly string[]> = {
    tools: manifest.tools,
    hooks: manifest.hooks,
    skills: manifest.skills,
    methods: manifest.methods.map(({ name }) => name),
    commands: manifest.commands.map(({ name }) => name),
    channels: manifest.channels.map((channel) => `${channel.id} ${channel.accountId}`),
    httpRoutes: manifest.httpRoutes.map(({ method, path }) => `${method} ${path}`),
  };
  for (const [key, names] of Object.entries(lists)) once(key, names);
  const schemas: [where: string, given: Record<string, unknown>, idempotent: boolean][] = [
    ["configSchema", manifest.configSchema, false],
    ...manifest.methods.map(({ params, idempotent }, index): (typeof schemas)[number] => [`methods.${index}.params`, params, idempotent]),
  ];
  for (const [where, one, idempotent] of schemas) {
    try {
      const read = objectSchema(one, where);
      check(!idempotent || read instanceof z.ZodObject, `${where}: an idempotent method names its parameters in properties`);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw invalid(problems);
  return manifest;
}

const invalid = (problems: readonly string[]): TravelAgentError =>
  new TravelAgentError("CONFIG_INVALID", `${manifestName} is not right: ${problems.join("; ")}`, { details: { problems } });

/**
 * The plugin's configuration as it will get it, defaults filled in. Raises `CONFIG_INVALID` with every problem and its path, such
 * as `plugins.entries.fx.config.base`; values are not told.
 */
export function parsePluginConfig({ id: pluginId, configSchema }: PluginManifest, given: unknown): Record<string, unknown> {
  const parsed = objectSchema(configSchema, "configSchema").safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  throw new TravelAgentError("CONFIG_INVALID", schemaProblems(parsed.error, `plugins.entries.${pluginId}.config`).join("; "));
}
