import { writeFile } from "node:fs/promises";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

export const digestCommand: AddCommand = (program, terminal) => {
  connected(program.command("digest"))
    .description("the agency's figures of a day")
    .option("--date <day>", "such as 2027-03-28; default yesterday")
    .option("--out <file>", "write the page, HTML with its chart, to this file")
    .action((options: GatewayOptions & { date?: string; out?: string }) =>
      withGateway(options, terminal, "counting", async ({ client, out, timeoutMs }) => {
        const format = options.out === undefined ? ("text" as const) : ("page" as const);
        const { digest, text, page } = await client.call("digest.get", given({ date: options.date, format }), { timeoutMs });
        out.data({ digest });
        if (options.out === undefined) return out.line(text);
        await writeFile(options.out, page ?? "");
        out.line(options.out);
      }),
    );
};
