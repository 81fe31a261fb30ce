import type { Command } from "commander";
import { failure } from "../failure.ts";
import { createOutput } from "../output.ts";
import type { Terminal } from "../terminal.ts";

interface LintOptions {
  dir?: string;
  pack?: string[];
  json?: boolean;
}

/** `policy lint`: needs no gateway that runs, so that rules can be checked before they count. */
export function addPolicyLint(policy: Command, terminal: Terminal, exit: (code: number) => void): void {
  policy
    .command("lint")
    .description("say what is wrong or suspicious in the rules, without a gateway")
    .option("--dir <folder>", "rules of your own; the configured folder when absent")
    .option("--pack <names...>", "packs that come along; the configured ones when absent")
    .option("--json", "print the data as JSON")
    .addHelpText("after", "\nExample:\n  travelagent policy lint --dir ./policy --pack agency-default traveller-rules")
    .action(async (options: LintOptions) => {
      const out = createOutput(terminal, options.json === true);
      const place = await configured(terminal);
      const { lintPolicies } = await gatewayPackage();
      const findings = await lintPolicies({
        packs: options.pack ?? place.packs,
        directory: options.dir === undefined ? place.directory : await folder(options.dir, terminal),
        params: place.params,
      });
      out.data({ findings });
      for (const { severity, code, message, file } of findings)
        out.line(
          `${out.style(severity === "error" ? "red" : "yellow", severity)}  ${code}  ${message}${file === undefined ? "" : `  ${out.style("dim", file)}`}`,
        );
      if (findings.length === 0) out.line(out.style("green", "nothing to say about these rules"));
      if (findings.some(({ severity }) => severity === "error")) exit(1);
    });
}

async function configured({ env, home, cwd }: Terminal): Promise<{ packs: readonly string[]; directory: string; params: Readonly<Record<string, unknown>> }> {
  const { GatewayConfig: schema, loadConfigFile, locateState, resolvePath, statePaths } = await import("@travelagent/config");
  const { dirname } = await import("node:path");
  const { stateDir, configPath } = locateState({ env, home, cwd });
  const { config } = await loadConfigFile(configPath, env);
  const { dir, pack, params } = (config ?? schema.parse({})).policy;
  return {
    packs: typeof pack === "string" ? [pack] : pack,
    directory: dir === undefined ? statePaths(stateDir).policy : resolvePath(dir, { home, base: dirname(configPath) }),
    params,
  };
}

async function folder(given: string, { home, cwd }: Terminal): Promise<string> {
  const { resolvePath } = await import("@travelagent/config");
  const { existsSync } = await import("node:fs");
  const path = resolvePath(given, { home, base: cwd });
  if (!existsSync(path)) throw await failure("INVALID_REQUEST", `there is no folder ${path}`);
  return path;
}

async function gatewayPackage(): Promise<typeof import("@travelagent/gateway")> {
  try {
    return await import("@travelagent/gateway");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw await failure("UNAVAILABLE", "the gateway is not built or not installed beside this command; run npm run build, or install @travelagent/gateway");
  }
}
