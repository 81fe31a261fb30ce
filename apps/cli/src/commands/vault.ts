import { randomUUID } from "node:crypto";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

interface AddOptions extends GatewayOptions {
  kind: string;
  givenName: string;
  familyName: string;
  country?: string;
  nationality?: string;
  expires?: string;
  issuer?: string;
}

/** The number from standard input: an argument would be in the shell's history and in the list of processes. */
async function numberFrom({ stdin }: Terminal): Promise<string> {
  if (stdin.isTTY) throw await failure("INVALID_REQUEST", "give the number on standard input: travelagent vault add … < number.txt");
  let text = "";
  for await (const chunk of stdin) text += String(chunk);
  return text.trim();
}

export const vaultCommand: AddCommand = (program, terminal) => {
  const vault = program.command("vault").description("passports, visas, loyalty numbers and files of customers; what is shown is masked");
  connected(vault.command("list"))
    .description("papers and files of a customer")
    .argument("<customer>", "id of the customer")
    .action((customerId: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("vault.list", { customerId }, { timeoutMs });
        out.data(found);
        out.table(
          ["KIND", "NUMBER", "HOLDER", "COUNTRY", "EXPIRES", "ID"],
          found.documents.map(({ kind, masked, holder, country, expiresOn, id }) => [
            kind,
            masked.number,
            `${holder.givenName} ${holder.familyName}`,
            country,
            expiresOn,
            id,
          ]),
          "no documents",
        );
        for (const id of found.damaged) out.line(out.style("dim", `${id} was changed in the database and cannot be opened: remove it and ask for it again`));
        if (found.files.length > 0)
          out.table(
            ["FILE", "TYPE", "SIZE", "STATE", "ID"],
            found.files.map(({ name, type, size, state, reason, id }) => [name, type, String(size), reason === undefined ? state : `${state}: ${reason}`, id]),
            "",
          );
      }),
    );
  connected(vault.command("add"))
    .description("keep a document; its number is read from standard input")
    .argument("<customer>", "id of the customer")
    .requiredOption("--kind <kind>", "passport, identity-card, visa, residence-permit, driving-licence, known-traveller, loyalty or insurance")
    .requiredOption("--given-name <name>", "of its holder")
    .requiredOption("--family-name <name>", "of its holder")
    .option("--country <code>", "that issued it, two letters")
    .option("--nationality <code>", "two letters")
    .option("--expires <date>", "YYYY-MM-DD")
    .option("--issuer <name>", "airline, hotel chain or insurer")
    .action((customerId: string, options: AddOptions) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const { kind, givenName, familyName, country, nationality, expires, issuer } = options;
        const number = await numberFrom(terminal);
        const added = await client.call(
          "vault.add",
          {
            customerId,
            kind: kind as "passport",
            number,
            holder: { givenName, familyName },
            ...given({ country, nationality, expiresOn: expires, issuer }),
            idempotencyKey: randomUUID(),
          },
          { timeoutMs },
        );
        out.data(added);
        out.line(`kept ${added.document.kind} ${added.document.masked.number ?? ""} as ${added.document.id}`);
        if (added.duplicates > 0)
          out.line(
            `${added.duplicates === 1 ? "one other customer has" : `${added.duplicates} other customers have`} this number too: look for a duplicate record`,
          );
      }),
    );
  connected(vault.command("remove"))
    .description("forget a document or a file")
    .argument("<id>", "of the document or file")
    .option("--reason <text>", "for the record")
    .action((id: string, options: GatewayOptions & { reason?: string }) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const removed = await client.call("vault.remove", { id, ...given({ reason: options.reason }) }, { timeoutMs });
        out.data(removed);
        out.line(`${id} is removed`);
      }),
    );
  connected(vault.command("check"))
    .description("ask the checks again about a file in quarantine")
    .argument("<id>", "of the file")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const { file } = await client.call("vault.check", { id }, { timeoutMs });
        out.data({ file });
        out.line(`${printable(file.name)} is ${file.state}${file.reason === undefined ? "" : `: ${file.reason}`}`);
      }),
    );
  connected(vault.command("audit"))
    .description("who kept, changed, opened and exported what, and why; never a value")
    .option("--customer <id>", "of this customer")
    .option("--document <id>", "of this document")
    .option("--limit <n>", "at most this many", "50")
    .action((options: GatewayOptions & { customer?: string; document?: string; limit: string }) =>
      withGateway(options, terminal, "admin", async ({ client, out, timeoutMs }) => {
        const { entries } = await client.call(
          "vault.audit",
          given({ customerId: options.customer, documentId: options.document, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data({ entries });
        out.table(
          ["WHEN", "ACTION", "BY", "FIELDS", "WHY", "DOCUMENT"],
          entries.map((entry) => [
            entry.at,
            entry.action,
            entry.actor,
            entry.fields.join(", "),
            Object.entries(entry.why)
              .map(([name, value]) => `${name} ${value}`)
              .join(", "),
            typeof entry.documentId === "string" ? entry.documentId : "",
          ]),
          "nothing on record",
        );
      }),
    );
  connected(vault.command("rotate"))
    .description("seal everything anew under new keys; reading goes on meanwhile")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "admin", async ({ client, out, timeoutMs }) => {
        const done = await client.call("vault.rotate", {}, { timeoutMs });
        out.data(done);
        out.line(`the keys of ${done.rotated} owners are new, under ${done.keyId}`);
      }),
    );
};
