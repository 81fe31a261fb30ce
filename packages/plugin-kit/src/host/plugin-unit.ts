import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { errorCodes, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Checked } from "../folder/check-entry.ts";
import type { PluginEntry, PluginState, PluginStatus } from "../folder/entry.ts";
import { statusOf } from "../folder/inspect-plugins.ts";
import type { PluginFolder, PluginLabel } from "../folder/read-folder.ts";
import { stagePlugin } from "../folder/stage.ts";
import type { Plugin } from "../plugin.ts";
import { createGuard, type Guard } from "./guard.ts";
import { openRegistrations, type Registrations } from "./registrations.ts";
import { within } from "./within.ts";

export interface UnitOptions {
  entry: PluginEntry;
  checked: Checked;
  /** Where copies are loaded from. */
  stage: string;
  clock: Clock;
  log: Logger;
  loadTimeoutMs: number;
  importModule(url: string): Promise<unknown>;
  /** Raises when something the plugin brings is taken by somebody else. Asked right before it counts. */
  claim(made: Registrations): void;
  /** State or registrations are other than before. */
  onChange(): void;
}

/** One plugin of the configuration, from its folder to its end. */
export interface PluginUnit {
  readonly id: string;
  readonly entry: PluginEntry;
  /** There when its folder could be read. */
  readonly folder: PluginLabel | undefined;
  /** Approved, and its configuration is right: its code may run. */
  readonly mayRun: boolean;
  /** Empty until it is loaded, and again afterwards. */
  readonly made: Registrations;
  readonly guard: Guard;
  /** Where its code was loaded from. */
  copy(): string | undefined;
  state(): PluginState;
  status(): PluginStatus;
  /** Writes the copy. Before `load`, and before its skills are read. Never rejects. */
  stage(): Promise<void>;
  /** Runs its code. Never rejects. */
  load(): Promise<void>;
  /** Resolves when it is loaded. Raises `CONFIG_INVALID` when it will not be. */
  loaded(): Promise<void>;
  quarantine(reason: string): void;
  stop(): void;
}

const nothing = (): Registrations => ({
  tools: new Map(),
  channels: new Map(),
  methods: new Map(),
  httpRoutes: new Map(),
  commands: new Map(),
  hooks: new Map(),
});

export function createUnit({ entry, checked, stage, clock, log: parentLog, loadTimeoutMs, importModule, claim, onChange }: UnitOptions): PluginUnit {
  const { id } = entry;
  const { config } = checked;
  const folder: PluginLabel | undefined = checked.folder && { path: checked.folder.path, manifest: checked.folder.manifest, sha256: checked.folder.sha256 };
  const log = parentLog.child({ plugin: id });
  const mayRun = checked.state === "loading" && folder !== undefined;
  /** Let go of as soon as they are written: they may be large. */
  let files: PluginFolder | undefined = mayRun ? checked.folder : undefined;
  const life = new AbortController();
  let { state, reason } = checked;
  let made = nothing();
  let copy: string | undefined;
  let settle = (): void => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  if (!mayRun) settle();
  if (state !== "loading" && state !== "disabled") log.warn("a plugin is not loaded", { state, reason });

  const end = (next: PluginState, why?: string): void => {
    if (state !== "loading" && state !== "loaded") return;
    state = next;
    reason = why;
    // Whoever started the channels stops them at the end of the gateway; until then nobody else would.
    if (next === "quarantined")
      for (const adapter of made.channels.values())
        void (async () => adapter.stop())().catch((error: unknown) => log.warn("a channel did not stop cleanly", { error: String(error) }));
    made = nothing();
    life.abort(new TravelAgentError("CANCELLED", `the plugin ${id} is over`));
    settle();
    if (next !== "stopped") log.error("a plugin was put away", { state, reason: why });
    onChange();
  };

  const check = (): void => {
    if (state === "loaded") return;
    if (state === "loading") throw new TravelAgentError("UNAVAILABLE", `the plugin ${id} is being loaded; retry shortly`, { retryAfterMs: 1_000 });
    throw new TravelAgentError("NOT_FOUND", `the plugin ${id} is not running; travelagent plugins info ${id} says why`);
  };
  const quarantine = (why: string): void => end("quarantined", why);
  const guard = createGuard({ pluginId: id, clock, log, check, onTooMany: quarantine });

  /** Import and registration together: neither may keep the other's time. */
  const start = async ({ manifest }: PluginLabel, at: string): Promise<Registrations> => {
    const registering = openRegistrations(manifest, (fault) => quarantine(`it ${fault}`));
    const late = new TravelAgentError("TIMEOUT", `it was not ready within ${loadTimeoutMs / 1000} s`);
    try {
      await within(
        clock,
        loadTimeoutMs,
        async () => {
          const loaded = (await importModule(pathToFileURL(join(at, manifest.main)).href)) as { default?: Plugin };
          // Whoever comes too late finds that nobody waits: its code does not go on here.
          if (state !== "loading") return;
          if (typeof loaded.default?.register !== "function")
            throw new TravelAgentError("CONFIG_INVALID", `${manifest.main} has no default export with a function register; see definePlugin`);
          await loaded.default.register({
            id,
            config: structuredClone(config ?? {}),
            log,
            clock,
            signal: life.signal,
            error(code, message) {
              if (!Object.hasOwn(errorCodes, code)) throw new TypeError(`there is no error code ${code}`);
              return new TravelAgentError(code, message);
            },
            ...registering.registrars,
          });
        },
        late,
      );
    } finally {
      // What it did that it may not counts before what went wrong, which may have come of it.
      registering.close();
    }
    return registering.all();
  };

  return {
    id,
    entry,
    folder,
    mayRun,
    guard,
    get made() {
      return made;
    },
    copy: () => copy,
    state: () => state,
    status: () => statusOf(entry, { state, ...(reason === undefined ? {} : { reason }), ...(folder ? { folder } : {}) }),
    async stage() {
      if (!files) return;
      try {
        copy = await stagePlugin(stage, files);
      } catch (error) {
        end("failed", `its files could not be copied to ${stage}: ${String(error)}`);
      }
      files = undefined;
    },
    async load() {
      if (state !== "loading" || !folder || copy === undefined) return;
      const startedAt = clock.now();
      try {
        const brought = await start(folder, copy);
        if (state !== "loading") return;
        claim(brought);
        made = brought;
        state = "loaded";
        log.info("a plugin is loaded", { version: folder.manifest.version, ms: clock.now() - startedAt });
        settle();
        onChange();
      } catch (thrown) {
        const error = TravelAgentError.is(thrown) ? thrown.message : thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
        log.debug("how a plugin failed", { "pii.error": thrown instanceof Error ? thrown.stack : String(thrown) });
        end(TravelAgentError.is(thrown, "FORBIDDEN") ? "quarantined" : "failed", error.slice(0, 1_000));
      }
    },
    async loaded() {
      await settled;
      if (state !== "loaded") throw new TravelAgentError("CONFIG_INVALID", `the plugin ${id} is not running: ${reason ?? state}`);
    },
    quarantine,
    stop: () => end("stopped"),
  };
}
