import { keepLastGood } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import { compose, type Running } from "./compose.ts";
import { fileLogger } from "./log.ts";
import type { Environment } from "./models.ts";
import { ownDirectory } from "./own-file.ts";
import { readSettings } from "./settings.ts";

/** How long work that is under way gets to end after SIGTERM; what does not goes on at the next start. */
const stopWithinMs = 8_000;

/**
 * The gateway in the foreground, until SIGTERM or Ctrl-C. Prints one line that starts with `ready ` once it can serve.
 * Resolves with the exit code: 0 stopped, 1 failed, 2 wrong usage or invalid configuration.
 */
export async function runGateway(args: readonly string[], env: Environment): Promise<number> {
  let running: Running;
  let log: ReturnType<typeof fileLogger> | undefined;
  const stopRequested = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
  try {
    const settings = await readSettings(args, env);
    if (!settings) return 0;
    ownDirectory(settings.paths.base);
    ownDirectory(settings.paths.logs);
    log = fileLogger({ directory: settings.paths.logs, level: settings.logLevel, console: true });
    for (const notice of settings.notices) log.warn(notice);
    running = await compose(settings, log);
    await keepLastGood(settings.snapshot);
    log.info("the gateway is ready", { url: running.url });
    process.stdout.write(`ready ${running.url}  chat ${running.url}/chat  console ${running.url}${running.loginPath}\n`);
  } catch (thrown) {
    const error = TravelAgentError.from(thrown);
    log?.error("the gateway did not start", { code: error.code, error: error.message, cause: String(error.cause ?? "") });
    if (!log) process.stderr.write(`${error.code}: ${error.message}\n`);
    if (error.code === "INTERNAL") process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    return error.code === "CONFIG_INVALID" || error.code === "INVALID_REQUEST" ? 2 : 1;
  }
  const signal = await stopRequested;
  log.info("the gateway is stopping", { signal });
  const stopped = await Promise.race([running.stop().then(() => true), new Promise<false>((resolve) => setTimeout(resolve, stopWithinMs, false).unref())]);
  if (!stopped) log.warn("not everything ended in time; it goes on at the next start");
  log.close();
  return 0;
}
