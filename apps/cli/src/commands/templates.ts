import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { json5Argument } from "../json5-argument.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

export const templatesCommand: AddCommand = (program, terminal, exit) => {
  const templates = program.command("templates").description("messages to customers that are written once");
  connected(templates.command("list"))
    .description("list templates with their languages and channels")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("templates.list", {}, { timeoutMs });
        out.data(found);
        out.table(
          ["NAME", "PURPOSE", "KIND", "VARIANTS"],
          found.templates.map(({ name, purpose, kind, variants }) => [
            name,
            purpose,
            kind,
            variants.map(({ locale, channel, source }) => `${locale}${channel ? `.${channel}` : ""}${source === "agency" ? "*" : ""}`).join(" "),
          ]),
          "no templates",
        );
      }),
    );
  connected(templates.command("show"))
    .description("show a template's variables and texts")
    .argument("<name>", "name of the template")
    .action((name: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { templates: all } = await client.call("templates.list", {}, { timeoutMs });
        const template = all.find((one) => one.name === name);
        out.data(template ?? null);
        if (!template) {
          out.line(`there is no template ${name}`);
          return exit(1);
        }
        for (const [variable, type] of Object.entries(template.variables)) out.line(`${variable.padEnd(20)} ${type}`);
        for (const { locale, channel, source, body } of template.variants) {
          out.line();
          out.line(out.style("bold", `${locale}${channel ? `.${channel}` : ""} (${source})`));
          out.line(printable(body));
        }
      }),
    );
  connected(templates.command("preview"))
    .description("what a template makes of these values, without sending it; of examples unless values are given")
    .argument("<name>", "name of the template")
    .option("--locale <locale>", "BCP 47, such as pt-BR")
    .option("--channel <channel>", "such as sms or email")
    .option("--time-zone <zone>", "IANA zone of the customer")
    .option("--values <json5>", "values by variable")
    .action(async (name: string, options: GatewayOptions & { locale?: string; channel?: string; timeZone?: string; values?: string }) => {
      const values = options.values === undefined ? undefined : ((await json5Argument(options.values, "--values")) as Record<string, unknown>);
      await withGateway(options, terminal, "rendering", async ({ client, out, timeoutMs }) => {
        const { locale, channel, timeZone } = options;
        const made = await client.call("templates.preview", { name, ...given({ locale, channel, timeZone, values }) }, { timeoutMs });
        out.data(made);
        if (made.subject !== undefined) out.line(out.style("bold", printable(made.subject)));
        out.line(printable(made.text));
        if (made.whatsapp)
          out.line(out.style("dim", `WhatsApp: ${made.whatsapp.name} (${made.whatsapp.language}) ${printable(made.whatsapp.parameters.join(" | "))}`));
      });
    });
  connected(templates.command("lint"))
    .description("what is wrong in the templates; exit code 1 when there is anything")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "looking", async ({ client, out, timeoutMs }) => {
        const found = await client.call("templates.lint", {}, { timeoutMs });
        out.data(found);
        for (const { template, variant, problem } of found.problems) out.line(`${template}${variant ? `/${variant}` : ""}: ${problem}`);
        out.line(found.ok ? "all templates are in order" : `${found.problems.length} problems`);
        if (!found.ok) exit(1);
      }),
    );
};
