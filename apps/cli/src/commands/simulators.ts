import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { failure } from "../failure.ts";
import { positive } from "../gateway-command.ts";
import { createOutput } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface StartOptions {
  json?: boolean;
  firstPort: string;
  state?: string;
  seed?: string;
  gateway?: string;
  perSecond?: string;
  config?: string;
}

/** Resolves when somebody ends the process. */
const ended = () =>
  new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
  });

export const simulatorsCommand: AddCommand = (program, terminal) => {
  const simulators = program
    .command("simulators")
    .description("suppliers, payment providers, SMS and CRM systems on this machine, over one world that is not real");
  simulators
    .command("start")
    .description("start simulators in the foreground; Ctrl-C ends them")
    .argument("[vendor...]", "such as duffel stripe hubspot; default all but CRM systems")
    .option("--first-port <port>", "of the first one, the others follow", "19101")
    .option("--state <folder>", "keeps their books there; default in memory")
    .option("--seed <text>", "another seed is another world")
    .option("--gateway <url>", "webhooks go to this gateway", "http://127.0.0.1:18789")
    .option("--per-second <n>", "requests a second each lets through")
    .option("--config <file>", "write the settings a gateway needs to this file, for its $include")
    .option("--json", "print the data as JSON")
    .addHelpText("after", "\nExample:\n  travelagent simulators start duffel stripe --config ~/.travelagent/simulators.json5")
    .action(async (vendors: string[], options: StartOptions) => {
      const out = createOutput(terminal, options.json === true);
      const [{ openDatabase }, { fleetVendors, openWorld, startFleet }, { crmVendors }] = await out.busy(
        "loading the simulators",
        Promise.all([import("@travelagent/engine"), import("@travelagent/tools-booking/simulators"), import("@travelagent/tools-crm/simulators")]),
      );
      const known = [...fleetVendors, ...Object.keys(crmVendors)];
      const unknown = vendors.find((vendor) => !known.includes(vendor));
      if (unknown !== undefined) throw await failure("INVALID_REQUEST", `there is no simulator "${unknown}"; there are ${known.join(", ")}`);
      const ships = vendors.length > 0 ? vendors.filter((vendor) => fleetVendors.includes(vendor)) : fleetVendors;
      const crms = vendors.filter((vendor) => crmVendors[vendor]);
      if (crms.length > 1) throw await failure("INVALID_REQUEST", `a gateway exchanges customers with one CRM; start one of ${crms.join(", ")}`);
      const firstPort = await positive(options.firstPort, "--first-port");
      const perSecond = options.perSecond === undefined ? undefined : await positive(options.perSecond, "--per-second");
      const folder = options.state === undefined ? undefined : resolve(terminal.cwd, options.state);
      if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
      const db = openDatabase({ path: folder === undefined ? ":memory:" : join(folder, "simulators.db") });
      try {
        const stop = ended();
        const open = async () => {
          const world = await openWorld({ db, ...(options.seed === undefined ? {} : { seed: options.seed }) });
          const limit = perSecond === undefined ? {} : { perSecond };
          const fleet = await startFleet({
            world,
            firstPort,
            vendors: ships,
            ...(options.gateway === undefined ? {} : { gatewayUrl: options.gateway }),
            ...limit,
          });
          try {
            const crm = crms[0] === undefined ? undefined : await crmVendors[crms[0]]!({ port: firstPort + ships.length, ...limit });
            return {
              simulators: [...fleet.simulators, ...(crm ? [crm] : [])].map(({ vendor, url }) => ({ vendor, url })),
              config: { ...fleet.config, ...(crm ? { channels: { crm: crm.settings } } : {}) },
              close: async () => void (await Promise.all([fleet.close(), crm?.close()])),
            };
          } catch (error) {
            await fleet.close();
            throw error;
          }
        };
        const fleet = await out.busy("starting the simulators", open()).catch(async (error: unknown) => {
          if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
          throw await failure("UNAVAILABLE", `a port from ${firstPort} on is taken; give another --first-port`);
        });
        if (options.config !== undefined) {
          const file = resolve(terminal.cwd, options.config);
          await mkdir(dirname(file), { recursive: true, mode: 0o700 });
          await writeFile(file, `${JSON.stringify(fleet.config, null, 2)}\n`, { mode: 0o600 });
        }
        out.data({ simulators: fleet.simulators, config: fleet.config });
        out.table(
          ["VENDOR", "ADDRESS"],
          fleet.simulators.map(({ vendor, url }) => [vendor, url]),
          "none",
        );
        if (options.config === undefined) out.line(`\nSettings for the gateway's configuration:\n${JSON.stringify(fleet.config, null, 2)}`);
        else out.line(`\nsettings for the gateway are in ${options.config}`);
        out.line("faults, ledgers and what was asked: <address>/_simulator/{scenario,ledger,requests,happen}");
        await stop;
        await fleet.close();
      } finally {
        await db.close();
      }
    });
};
