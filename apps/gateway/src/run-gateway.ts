import { type GatewayConfig, keepLastGood } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import { type Logger, systemClock } from "@travelagent/protocol/ports";
import type { Environment } from "./answering/models.ts";
import { compose, type Running } from "./compose.ts";
import { ownDirectory } from "./configuration/own-file.ts";
import { type ConfigState, createReload, type Reload } from "./configuration/reload.ts";
import { leaveRestartNote, type RestartNote, takeRestartNote } from "./configuration/restart-note.ts";
import { hidingSecrets, pseudonymKeyOf, secretsOnDisk } from "./configuration/secrets-of.ts";
import { readSettings, type Settings } from "./configuration/settings.ts";
import { type FileLogger, fileLogger } from "./observing/log.ts";
import { boundYoungMemory } from "./observing/young-memory.ts";

/** How long work that is under way gets to end after SIGTERM; what does not goes on at the next start. */
const stopWithinMs = 8_000;
/** How long a restart may take to let go of the port and the database; after that a new process is the cleaner start. */
const restartWithinMs = 30_000;
/** What clients are told to wait when the gateway restarts inside its process. */
const restartExpectedMs = 2_000;
/** How often the settings that ran before are tried again when they do not start either. */
const maxAttempts = 5;

/**
 * The gateway in the foreground, until SIGTERM or Ctrl-C; SIGUSR1 starts it again inside the process. Prints one line that
 * starts with `ready ` once it can serve. Resolves with the exit code: 0 stopped, 1 failed, 2 wrong usage or invalid configuration.
 */
export async function runGateway(args: readonly string[], env: Environment): Promise<number> {
  let running: Running;
  let settings: Settings;
  let reload: Reload;
  let log: FileLogger | undefined;
  const orders = orderQueue();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => orders.give({ stop: signal }));
  process.on("SIGUSR1", () =>
    orders.give({ restart: { kind: "signal", at: new Date(systemClock.now()).toISOString(), message: "it was asked to (SIGUSR1)" } }),
  );
  try {
    const given = await readSettings(args, env);
    if (!given) return 0;
    ownDirectory(given.paths.base);
    ownDirectory(given.paths.logs);
    const logger = fileLogger({
      directory: given.paths.logs,
      level: given.logLevel,
      consoleLevel: given.config.logging.consoleLevel,
      keepDays: given.config.logging.keepDays,
      patterns: given.config.logging.redactPatterns,
      pseudonymKey: pseudonymKeyOf(given.paths),
    });
    log = logger;
    const read = hidingSecrets(given, logger);
    for (const notice of read.notices) log.warn(notice);
    reload = createReload({ settings: read, clock: systemClock, log, restart: (restart) => orders.give({ restart }) });
    const started = await startFirst(read, log, reload);
    ({ running, settings } = started);
    log.hide(...secretsOnDisk(settings.paths));
    reload.started(settings, reloadable(running, logger), started.refused);
    const interrupted = takeRestartNote(settings.paths.base);
    if (interrupted) reload.restarted({ ...interrupted, outcome: "interrupted" });
    announce(running, log);
    boundYoungMemory();
  } catch (thrown) {
    const error = TravelAgentError.from(thrown);
    log?.error("the gateway did not start", { code: error.code, error: error.message, ...causeOf(error) });
    if (!log) process.stderr.write(`${error.code}: ${error.message}\n`);
    if (error.code === "INTERNAL") process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    return error.code === "CONFIG_INVALID" || error.code === "INVALID_REQUEST" ? 2 : 1;
  }

  for (;;) {
    const order = await orders.next();
    reload.stopping();
    if ("stop" in order) {
      reload.close();
      log.info("the gateway is stopping", { signal: order.stop });
      if (!(await within(stopWithinMs, running.stop()))) log.warn("not everything ended in time; it goes on at the next start");
      log.close();
      return 0;
    }
    const { message } = order.restart;
    log.warn("the gateway restarts", { reason: message });
    await leaveRestartNote(settings.paths.base, order.restart).catch((error: unknown) => log?.warn("the reason of the restart could not be kept", { error }));
    if (!(await within(restartWithinMs, running.stop(`the gateway restarts: ${message}`, restartExpectedMs)))) {
      log.error("the gateway could not stop for its restart; the process ends, and whoever watches over it starts it again");
      return 1;
    }
    const again = await startAgain(args, env, settings, running.port, log, reload);
    if (!again) return 1;
    ({ running, settings } = again);
    log.hide(...secretsOnDisk(settings.paths));
    applyLogging(settings.config.logging, log);
    reload.started(settings, reloadable(running, log), again.refused);
    takeRestartNote(settings.paths.base);
    reload.restarted({ ...order.restart, outcome: again.refused ? "refused" : "ok" });
    announce(running, log);
  }
}

const causeOf = ({ cause }: TravelAgentError): Record<string, string> => (cause === undefined ? {} : { cause: String(cause) });

interface Started {
  running: Running;
  settings: Settings;
  /** The settings of the file did not start, and others did. */
  refused?: { snapshot: Settings["snapshot"]; message: string };
}

/** A file that is valid but cannot be started with falls back to the last good one, as an invalid one does. */
async function startFirst(settings: Settings, log: Logger, state: ConfigState): Promise<Started> {
  try {
    return await start(settings, log, state);
  } catch (thrown) {
    const error = TravelAgentError.from(thrown);
    const lastGood = error.code === "CONFIG_INVALID" ? await settings.lastGood() : undefined;
    if (!lastGood) throw thrown;
    const message = `the gateway does not start with ${settings.configPath}, so the last good configuration is used: ${error.message}`;
    const running = await compose(lastGood, log, state);
    return { running, settings: lastGood, refused: { snapshot: settings.snapshot, message } };
  }
}

/** On what the file says now; where that does not start, on what ran before. Undefined when neither does. */
async function startAgain(
  args: readonly string[],
  env: Environment,
  before: Settings,
  port: number,
  log: FileLogger,
  state: ConfigState,
): Promise<Started | undefined> {
  // A port that the system chose stays: clients know it.
  const keepPort = (settings: Settings): Settings => (settings.port === 0 ? { ...settings, port } : settings);
  let refused: Started["refused"];
  try {
    const given = await readSettings(args, env);
    if (!given) return undefined;
    const read = hidingSecrets(given, log);
    for (const notice of read.notices) log.warn(notice);
    refused = { snapshot: read.snapshot, message: "" };
    return await start(keepPort(read), log, state);
  } catch (thrown) {
    const message = `the gateway does not start with ${before.configPath}; it goes on with what ran before: ${TravelAgentError.from(thrown).message}`;
    refused = { snapshot: refused?.snapshot ?? before.snapshot, message };
    log.error(message, causeOf(TravelAgentError.from(thrown)));
  }
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    try {
      return { running: await compose(keepPort(before), log, state), settings: before, refused };
    } catch (thrown) {
      log.error("the gateway does not start on what ran before either", { attempt, error: TravelAgentError.from(thrown).message });
      if (attempt < maxAttempts) await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** (attempt - 1)));
    }
  }
  return undefined;
}

async function start(settings: Settings, log: Logger, state: ConfigState): Promise<Started> {
  const running = await compose(settings, log, state);
  await keepLastGood(settings.snapshot).catch((error: unknown) => log.warn("the last good configuration could not be kept", { error }));
  return { running, settings };
}

function reloadable({ control, live }: Running, log: FileLogger): Parameters<Reload["started"]>[1] {
  return { control, live: { ...live, logging: (next) => () => applyLogging(next.logging, log) } };
}

function applyLogging({ level, consoleLevel, redactPatterns }: GatewayConfig["logging"], log: FileLogger): void {
  log.setLevel(level);
  log.setConsoleLevel(consoleLevel);
  log.usePatterns(redactPatterns);
}

function announce(running: Running, log: Logger): void {
  log.info("the gateway is ready", { url: running.url });
  if (running.tlsFingerprint) process.stdout.write(`certificate SHA-256 ${running.tlsFingerprint}\n`);
  process.stdout.write(`ready ${running.url}  chat ${running.url}/chat  console ${running.url}${running.loginPath}\n`);
}

type Order = { stop: string } | { restart: RestartNote };

/** What is asked of the process, one after the other; a restart that is asked for twice happens once, and a stop goes before it. */
function orderQueue(): { give(order: Order): void; next(): Promise<Order> } {
  let stop: Order | undefined;
  let restart: Order | undefined;
  let wake = () => {};
  return {
    give(order) {
      if ("stop" in order) stop ??= order;
      else restart ??= order;
      wake();
    },
    async next() {
      while (!stop && !restart) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const order = stop ?? restart!;
      restart = undefined;
      return order;
    },
  };
}

/** Whether it ended in time. */
const within = (ms: number, done: Promise<unknown>): Promise<boolean> =>
  Promise.race([done.then(() => true), new Promise<false>((resolve) => setTimeout(resolve, ms, false).unref())]);
