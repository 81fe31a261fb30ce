import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

export const healthCommand: AddCommand = (program, terminal, exit) => {
  connected(program.command("health"))
    .description("ask the gateway how it is; exit code 1 when it is not well or not there")
    .option("--probe", "have it ask every supplier and every model now, which may cost a few tokens")
    .action((options: GatewayOptions & { probe?: boolean }) =>
      withGateway(
        options,
        terminal,
        "asking",
        async ({ client, out, timeoutMs }) => {
          const health = await client.call("health", options.probe ? { probe: true } : {}, { timeoutMs });
          const degraded = Array.isArray(health.degraded) ? health.degraded.map(String) : [];
          out.data(health);
          out.line(health.ok ? out.style("green", "ok") : out.style("red", "not ok"));
          for (const [kind, parts] of [
            ["channel", health.channels],
            ["supplier", health.suppliers],
            ["model", health.models],
            ["store", health.stores],
          ] as const)
            for (const line of partLines(parts)) out.line(`${kind.padEnd(9)} ${line}`);
          for (const part of degraded) out.line(`${out.style("yellow", "degraded")}  ${part}`);
          if (!health.ok) exit(1);
        },
        { timeoutMs: options.probe ? 30_000 : 10_000 },
      ),
    );
};

/** One line for each part: its name, its state, and since when or why it is not well. Parts come as a list, or by their name. */
export function partLines(parts: unknown): string[] {
  const entries = Array.isArray(parts)
    ? parts.map((part: Record<string, unknown>) => [String(part.id), part] as const)
    : Object.entries((parts ?? {}) as Record<string, Record<string, unknown> | string>);
  return entries.map(([id, part]) => {
    if (typeof part !== "object") return `${id}: ${String(part)}`;
    const { state, since, code, error, probe } = part as {
      state?: string;
      since?: number;
      code?: string;
      error?: string;
      probe?: { ok: boolean; ms: number; error?: string };
    };
    const bad = state !== "ok" && state !== "running" && state !== "untried";
    return [
      `${id}: ${state ?? "unknown"}`,
      ...(bad && since !== undefined ? [`since ${new Date(since).toISOString()}`] : []),
      ...(bad && (code ?? error) ? [`(${code ?? error})`] : []),
      ...(probe ? [probe.ok ? `answered in ${probe.ms} ms` : `did not answer (${probe.error ?? "failed"})`] : []),
    ].join("  ");
  });
}
