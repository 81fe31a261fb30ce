import { randomUUID } from "node:crypto";
import type { ContactPurpose } from "@travelagent/protocol";
import type { Command } from "commander";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface PersonOptions extends GatewayOptions {
  customer?: string;
  channel?: string;
  peer?: string;
  agency?: string;
}

interface LineOptions extends PersonOptions {
  channel: string;
  purpose: string;
  text?: string;
  how?: string;
  locale?: string;
  at?: string;
}

const ofPerson = (command: Command): Command =>
  connected(command)
    .option("--customer <id>", "whose record it is")
    .option("--peer <id>", "number, address or id on the channel, where there is no record")
    .option("--agency <id>", "brand, where there are several");

const personOf = ({ customer, channel, peer, agency }: PersonOptions) => given({ customerId: customer, channel, peerId: peer, agency });

const purposes = "service, marketing, reminders, profiling, ai-assistance";
/** The gateway says which there are. */
const purposeOf = (wanted: string): ContactPurpose | "*" => (wanted === "everything" ? "*" : (wanted as ContactPurpose));

export const consentsCommand: AddCommand = (program, terminal) => {
  const consents = program.command("consents").description("what customers want to hear, and the proof of it");

  ofPerson(consents.command("list"))
    .description("the ledger of consents, newest first; of one person also what counts now")
    .option("--channel <channel>", "of the address given by --peer")
    .option("--session <key>", "disclosures of one conversation")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: PersonOptions & { session?: string; limit: string; cursor?: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "consents.list",
          { ...personOf(options), ...given({ sessionKey: options.session, cursor: options.cursor }), limit: await positive(options.limit, "--limit") },
          { timeoutMs },
        );
        out.data(page);
        if (page.current) {
          out.line(out.style("bold", "Now"));
          out.table(
            ["CHANNEL", "PURPOSE", "STATE", "SINCE"],
            page.current.map(({ channel, purpose, state, since }) => [channel, purpose, state, since]),
            "nothing was said",
          );
          out.line("");
        }
        out.table(
          ["AT", "KIND", "CHANNEL", "PURPOSE", "WHO", "HOW", "TEXT"],
          page.entries.map(({ at, kind, channel, purpose, customerId, peerId, proof }) => [
            at,
            kind,
            channel,
            purpose,
            customerId ?? peerId ?? "(erased)",
            proof.how,
            proof.text,
          ]),
          "no consents",
        );
        if (page.disclosures.length > 0) {
          out.line("");
          out.table(
            ["DISCLOSED", "CONVERSATION", "LANGUAGE", "TEXT"],
            page.disclosures.map(({ at, sessionKey, locale, text }) => [at, sessionKey, locale, text]),
            "no disclosures",
          );
        }
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );

  ofPerson(consents.command("check"))
    .description("whether somebody may be written to")
    .requiredOption("--channel <channel>", "such as sms")
    .requiredOption("--purpose <purpose>", purposes)
    .action((options: LineOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const answer = await client.call(
          "consents.check",
          { ...personOf(options), channel: options.channel, purpose: purposeOf(options.purpose) as ContactPurpose },
          { timeoutMs },
        );
        out.data(answer);
        out.line(answer.allowed ? `yes (${printable(String(answer.basis))})` : `no: ${printable(String(answer.reason))}`);
      }),
    );

  for (const [name, method, what] of [
    ["record", "consents.record", "write down a consent that somebody gave"],
    ["withdraw", "consents.withdraw", "write down that somebody took a consent back"],
  ] as const) {
    const command = ofPerson(consents.command(name))
      .description(what)
      .requiredOption("--channel <channel>", "such as sms; * for all")
      .requiredOption("--purpose <purpose>", `${purposes}, or everything`)
      .option("--how <how>", "form, operator or import", "operator")
      .option("--locale <tag>", "language of the text")
      .option("--at <time>", "when they said so, ISO 8601 UTC; default now");
    if (name === "record") command.requiredOption("--text <text>", "the text they were shown, word for word");
    else command.option("--text <text>", "what they wrote");
    command.action((options: LineOptions) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const { entry } = await client.call(
          method,
          {
            ...personOf(options),
            channel: options.channel,
            purpose: purposeOf(options.purpose),
            how: options.how as "form" | "operator" | "import",
            ...(given({ text: options.text, locale: options.locale, at: options.at }) as { text: string }),
            idempotencyKey: randomUUID(),
          },
          { timeoutMs },
        );
        out.data({ entry });
        out.line(`${entry.kind} ${printable(entry.id)}: ${printable(entry.purpose)} on ${printable(entry.channel)}`);
      }),
    );
  }
};
