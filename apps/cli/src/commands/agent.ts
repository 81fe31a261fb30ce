import { randomUUID } from "node:crypto";
import type { ChatMessage } from "@travelagent/protocol";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { sessionOf } from "../main-session.ts";
import { printable } from "../output.ts";
import { renderCards } from "../render-card.ts";
import type { AddCommand } from "../run.ts";

interface AgentOptions extends GatewayOptions {
  message: string;
  session?: string;
  agent?: string;
}

interface AgentResult {
  result?: { payloads?: { text?: string }[] };
  runId?: string;
}

export const agentCommand: AddCommand = (program, terminal) => {
  connected(program.command("agent"))
    .description("send one message to the agent and print its answer")
    .requiredOption("-m, --message <text>", "what to say")
    .option("-s, --session <key>", "conversation to say it in, such as agent:main:main")
    .option("--agent <id>", "agent to say it to, in its main conversation")
    .addHelpText(
      "after",
      '\nExamples:\n  travelagent agent --message "Flights from Barcelona to Lisbon on 12 March?"\n  travelagent agent -m "and back on the 15th?" --session agent:main:trip --json',
    )
    .action(async (options: AgentOptions) => {
      if (options.session && options.agent) throw await failure("INVALID_REQUEST", "give --session or --agent, not both: a session belongs to its agent");
      await withGateway(
        options,
        terminal,
        "the agent is working",
        async ({ client, out, timeoutMs }) => {
          const sessionKey = options.agent ? `agent:${options.agent}:main` : sessionOf(client, options.session);
          const runId = randomUUID();
          const params = {
            message: options.message,
            sessionKey,
            idempotencyKey: runId,
            timeout: Math.ceil(timeoutMs / 1000),
            ...given({ agentId: options.agent }),
          };
          const answer = (await client.call("agent", params, { timeoutMs: timeoutMs + 5_000 })) as AgentResult;
          if (out.json) return out.data(answer);
          const text = (answer.result?.payloads ?? []).map((payload) => payload.text ?? "").join("\n");
          out.line(printable(text.trim()));
          const { messages } = await client.call("chat.history", { sessionKey, limit: 50 });
          const cards =
            (messages as ChatMessage[]).find((message) => message.role === "assistant" && message.messageId === (answer.runId ?? runId))?.cards ?? [];
          if (cards.length > 0) out.line(`\n${renderCards(cards)}`);
        },
        { timeoutMs: 600_000, reconnect: true },
      );
    });
};
