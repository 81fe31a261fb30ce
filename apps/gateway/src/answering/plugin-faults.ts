import type { Plugins } from "@travelagent/plugin-kit/host";
import type { Logger } from "@travelagent/protocol/ports";

/** What a plugin throws where nobody waits for it, such as in a timer, ends the plugin; anything else ends the process, as without plugins. */
export function uncaughtFaults(plugins: Pick<Plugins, "blame">, log: Logger): { watch(): void; close(): void } {
  const hear = (error: unknown): void => {
    if (plugins.blame(error)) return;
    log.error("an error was caught by nobody; the gateway ends", { "pii.error": error instanceof Error ? error.stack : String(error) });
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  };
  return {
    watch: () => void process.on("uncaughtException", hear),
    close: () => void process.off("uncaughtException", hear),
  };
}
