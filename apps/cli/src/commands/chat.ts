import { connect, findGateway } from "../connect.ts";
import { type Answer, type Conversation, openConversation } from "../conversation.ts";
import { connected, type GatewayOptions, positive } from "../gateway-command.ts";
import { inputLines } from "../input-lines.ts";
import { sessionOf } from "../main-session.ts";
import { createOutput, printable } from "../output.ts";
import { buttonsOf, renderCards } from "../render-card.ts";
import type { AddCommand } from "../run.ts";
import type { Terminal } from "../terminal.ts";

interface ChatOptions extends GatewayOptions {
  session?: string;
}

export const chatCommand: AddCommand = (program, terminal) => {
  connected(program.command("chat"))
    .description("talk to the agent; with text piped in, one message a line")
    .option("-s, --session <key>", "conversation to take up (default: the main one of the default agent)")
    .addHelpText(
      "after",
      '\nType /quit to leave. Ctrl-C stops an answer that is being written.\n\nExamples:\n  travelagent chat --session agent:main:lisbon\n  printf "Flights Barcelona to Lisbon on 12 March\\n1\\n" | travelagent chat --json',
    )
    .action((options: ChatOptions) => chat(options, terminal));
};

async function chat(options: ChatOptions, terminal: Terminal): Promise<void> {
  const out = createOutput(terminal, options.json === true);
  const timeoutMs = options.timeout === undefined ? 600_000 : await positive(options.timeout, "--timeout");
  const interactive = terminal.stdin.isTTY === true && terminal.stdout.isTTY === true && !out.json;
  const client = await out.busy("connecting", connect(await findGateway(options, terminal), { reconnect: true }));
  const sessionKey = sessionOf(client, options.session);
  const { createInterface } = await import("node:readline");
  const lines = createInterface({
    input: terminal.stdin,
    ...(interactive ? { output: terminal.stdout, prompt: out.style("cyan", "you> ") } : {}),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const typed = inputLines(lines);
  let streamed = "";
  let working = false;
  let answered = false;
  const conversation = await openConversation({
    client,
    sessionKey,
    timeoutMs,
    ...(interactive
      ? {
          onDelta(text: string, replace: boolean) {
            if (replace && streamed !== "") terminal.stdout.write("\n");
            if (replace) streamed = "";
            streamed += text;
            terminal.stdout.write(printable(text));
          },
        }
      : {}),
    onAside(answer) {
      if (out.json) return out.data({ ...answer, aside: true });
      out.line(`\n${out.style("bold", printable(answer.author))}  ${full(answer)}`);
      if (interactive && !working) lines.prompt();
    },
  }).catch((error: unknown) => {
    lines.close();
    client.stop();
    throw error;
  });
  if (interactive) {
    lines.on("SIGINT", () => {
      if (working) void conversation.abort().catch(() => {});
      else lines.close();
    });
    out.line(out.style("dim", `conversation ${sessionKey}; /quit to leave`));
  }
  try {
    await talk(typed, conversation, {
      onTurn(under) {
        working = under;
        streamed = "";
        if (!under && interactive) lines.prompt();
      },
      show(answer) {
        if (out.json) return out.data(answer ?? { runId: null, text: "", cards: [] });
        if (!answer) return out.line(out.style("dim", "no answer: a person looks after this conversation now, or the run was stopped"));
        if (streamed === "") {
          // An empty line parts the answers where no prompt does.
          out.line(answered && !interactive ? `\n${full(answer)}` : full(answer));
          answered = true;
          return;
        }
        // What was streamed is on the screen already; only what it lacks follows.
        const rest = streamed.trim() === answer.text ? "" : printable(answer.text);
        out.line(
          [rest, answer.cards.length > 0 ? `\n${printable(renderCards(answer.cards))}` : ""]
            .filter((part) => part !== "")
            .map((part) => `\n${part}`)
            .join("\n"),
        );
      },
    });
  } finally {
    lines.close();
    conversation.close();
    client.stop();
  }
}

/** Line by line; each waits for the answer to the one before. Ends at /quit and at the end of the input. */
async function talk(
  lines: AsyncIterable<string>,
  conversation: Conversation,
  { onTurn, show }: { onTurn(working: boolean): void; show(answer: Answer | null): void },
): Promise<void> {
  let cards: Answer["cards"] = [];
  onTurn(false);
  for await (const line of lines) {
    const text = line.trim();
    if (text === "/quit" || text === "/exit") return;
    if (text === "") {
      onTurn(false);
      continue;
    }
    const pressed = buttonsOf(cards).find((button) => [button.text, button.label].some((name) => name.toLowerCase() === text.toLowerCase()));
    onTurn(true);
    const answer = await conversation.say(pressed?.text ?? text, pressed?.action);
    if (answer) cards = answer.cards;
    show(answer);
    onTurn(false);
  }
}

const full = ({ text, cards }: Answer): string => printable([text, renderCards(cards)].filter((part) => part !== "").join("\n\n"));
