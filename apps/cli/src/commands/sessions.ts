import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import { messageText, renderCards } from "../render-card.ts";
import type { AddCommand } from "../run.ts";

interface ListOptions extends GatewayOptions {
  active?: string;
  search?: string;
  limit: string;
  cursor?: string;
}

export const sessionsCommand: AddCommand = (program, terminal) => {
  const sessions = program.command("sessions").description("conversations and their transcripts");
  connected(sessions.command("list"))
    .description("list conversations, last used first")
    .option("--active <minutes>", "used within this time")
    .option("--search <text>", "with this in the key or the name")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const activeMinutes = options.active === undefined ? undefined : await positive(options.active, "--active");
        const page = await client.call(
          "sessions.list",
          given({ activeMinutes, search: options.search, cursor: options.cursor, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["KEY", "CHANNEL", "UPDATED", "ID"],
          page.sessions.map((session) => [
            String(session.key ?? ""),
            String(session.channel ?? session.lastChannel ?? ""),
            time(session.updatedAt),
            String(session.sessionId ?? ""),
          ]),
          "no conversations",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  connected(sessions.command("show"))
    .description("print what was said in a conversation")
    .argument("<key>", "such as agent:main:main")
    .option("--limit <n>", "the last so many messages", "50")
    .action((sessionKey: string, options: GatewayOptions & { limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const history = await client.call("chat.history", { sessionKey, limit: await positive(options.limit, "--limit") }, { timeoutMs });
        out.data(history);
        for (const message of history.messages) {
          const who = message.role === "user" ? "customer" : message.role === "assistant" ? (message.author ?? "agent") : message.role;
          const text = [messageText(message), renderCards(message.cards ?? [])].filter((part) => part !== "").join("\n");
          if (text !== "") out.line(`${out.style("dim", time(message.timestamp))} ${out.style("bold", printable(who))}  ${printable(text)}`);
        }
        if (history.messages.length === 0) out.line(printable(`nothing was said yet in ${history.sessionKey}`));
      }),
    );
  connected(sessions.command("reset"))
    .description("start a conversation afresh; its transcript is kept")
    .argument("<key>", "such as agent:main:main")
    .action((key: string, options: GatewayOptions) =>
      withGateway(options, terminal, "resetting", async ({ client, out, timeoutMs }) => {
        const done = await client.call("sessions.reset", { key }, { timeoutMs });
        out.data(done);
        out.line(`${done.key} starts afresh`);
      }),
    );
};

const time = (value: unknown): string => (typeof value === "number" ? new Date(value).toISOString() : typeof value === "string" ? value : "");
