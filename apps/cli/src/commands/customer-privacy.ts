import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import type { Command } from "commander";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

const hourMs = 3_600_000;

async function mustMeanIt(terminal: Terminal, id: string): Promise<void> {
  if (terminal.stdin.isTTY !== true) throw await failure("INVALID_REQUEST", "this forgets a person for good: add --yes");
  const { createInterface } = await import("node:readline/promises");
  const asked = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const answer = await asked.question(`This forgets ${id} for good, in every conversation, booking and log. Type the id again to go on: `);
    if (answer.trim() !== id) throw await failure("CANCELLED", "nothing was removed");
  } finally {
    asked.close();
  }
}

/** `customers export`, `erase` and `erasures`, beside what else there is under `customers`. */
export function addCustomerPrivacy(customers: Command, terminal: Terminal, exit: Parameters<AddCommand>[2]): void {
  connected(customers.command("export"))
    .description("write everything that is known of a customer into a zip")
    .argument("<id>", "id of the customer")
    .requiredOption("--out <file>", "the zip to write")
    .action((id: string, options: GatewayOptions & { out: string }) =>
      withGateway(options, terminal, "exporting", async ({ client, out, timeoutMs }) => {
        const partial = `${options.out}.part`;
        await rm(partial, { force: true });
        const file = await open(partial, "wx", 0o600);
        let bytes = 0;
        try {
          let got = await client.call("customers.export", { id }, { timeoutMs });
          for (;;) {
            const part = Buffer.from(got.data, "base64");
            await file.write(part);
            bytes += part.length;
            if (got.last) break;
            got = await client.call("customers.export", { id, download: got.download, part: got.part + 1 }, { timeoutMs });
          }
          await file.sync();
        } catch (error) {
          await rm(partial, { force: true });
          throw error;
        } finally {
          await file.close();
        }
        await rename(partial, options.out);
        out.data({ file: options.out, bytes });
        out.line(`written to ${options.out} (${bytes} bytes); open index.html in it`);
      }),
    );

  connected(customers.command("erase"))
    .description("forget a customer, and print the certificate")
    .argument("<id>", "id of the customer")
    .requiredOption("--reason <text>", "stands on the certificate; must not name the person")
    .option("--yes", "do not ask again")
    .option("--force", "also while a booking is not over")
    .option("--accept-residue", "the places that the last certificate lists were looked at, and may stay")
    .action(async (id: string, options: GatewayOptions & { reason: string; yes?: boolean; force?: boolean; acceptResidue?: boolean }) => {
      if (!options.yes) await mustMeanIt(terminal, id);
      await withGateway(
        options,
        terminal,
        "forgetting",
        async ({ client, out, timeoutMs }) => {
          const stop = client.on("customers.erasure", ({ doing, done, of }) => {
            if (!options.json) terminal.stderr.write(`${String(done + 1).padStart(3)}/${of} ${printable(doing)}\n`);
          });
          const certificate = await client
            .call(
              "customers.erase",
              { id, reason: options.reason, idempotencyKey: randomUUID(), ...given({ force: options.force, acceptResidue: options.acceptResidue }) },
              { timeoutMs },
            )
            .finally(stop);
          out.data(certificate);
          const { state, stores, holds, scan } = certificate;
          out.table(
            ["FROM", "REMOVED"],
            stores.filter(({ removed }) => removed > 0).map(({ name, removed }) => [name, removed]),
            "nothing was left to remove",
          );
          if (holds.length > 0) {
            out.line();
            out.line(
              `kept by law: ${holds.length} records, until ${holds
                .map(({ until }) => until.slice(0, 10))
                .sort()
                .at(-1)} at the latest`,
            );
            for (const basis of new Set(holds.map((hold) => hold.basis))) out.line(`  ${printable(basis)}`);
          }
          out.line();
          out.line(`looked for ${scan.identifiers} identifiers in ${scan.files} files and ${scan.rows} rows`);
          for (const { place } of scan.residue) out.line(`  still there: ${printable(place)}`);
          out.line(
            state === "complete"
              ? out.style("green", `forgotten: certificate ${certificate.id}`)
              : out.style(
                  "yellow",
                  `not complete: look at these places, then erase again, with --accept-residue where they may stay (certificate ${certificate.id})`,
                ),
          );
          if (state !== "complete") exit(1);
        },
        { timeoutMs: hourMs },
      );
    });

  connected(customers.command("erasures"))
    .description("list who is being forgotten or was, newest first")
    .option("--limit <n>", "at most this many", "50")
    .action((options: GatewayOptions & { limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("customers.erasures", { limit: await positive(options.limit, "--limit") }, { timeoutMs });
        out.data(found);
        out.table(
          ["ID", "STATE", "REQUESTED", "BY", "REASON"],
          found.erasures.map(({ id, state, requestedAt, by, reason }) => [id, state, requestedAt, by, printable(reason)]),
          "nobody was forgotten",
        );
      }),
    );
}
