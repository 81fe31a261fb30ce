import { afterEach, beforeEach, expect, it } from "vitest";
import { type Answers, type Conn, type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cliProcess, type Ended, temporaryHome } from "./testing/run-cli.ts";

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer | undefined;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => {
  await gateway?.close();
  home.remove();
});

interface Said {
  text: string;
  cards?: unknown[];
}

/** An agent that answers by `reply`; its answers are in the history too. `tell` false keeps the events back. */
function agent(reply: (message: string, action: unknown) => Said | null, { tell = true } = {}): Answers {
  const history: Record<string, unknown>[] = [];
  const runs = new Map<string, Promise<void>>();
  return {
    "chat.history": ({ sessionKey }) => ({ sessionKey, messages: history }),
    "agent.wait": async ({ runId }) => {
      await runs.get(String(runId));
      return { runId, status: "ok" };
    },
    "chat.send": ({ sessionKey, message, action, idempotencyKey: runId }, conn: Conn) => {
      const work = (async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const said = reply(String(message), action);
        if (!said) return;
        const final = {
          role: "assistant",
          content: [{ type: "text", text: said.text }],
          timestamp: 1,
          messageId: runId,
          ...(said.cards ? { cards: said.cards } : {}),
        };
        history.push(final);
        if (!tell) return;
        conn.event("chat", { runId, sessionKey, seq: 1, state: "delta", deltaText: said.text });
        conn.event("chat", { runId: "other", sessionKey: "agent:main:other", seq: 1, state: "final", message: final });
        conn.event("chat", { runId, sessionKey, seq: 2, state: "final", message: final });
      })();
      runs.set(String(runId), work);
      return { runId, status: "started" };
    },
  };
}

const chat = async (answers: Answers, input: string, args: string[] = []): Promise<Ended> => {
  gateway = await gatewayServer(answers);
  return cliProcess(home.path, ["chat", ...args], input, { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });
};

const offers = {
  kind: "offers",
  vertical: "flight",
  title: "Barcelona to Lisbon",
  offers: [
    { offerId: "o1", number: 1, title: "SB101", lines: ["10:15 to 11:20"], price: { amount: "189.40", currency: "EUR" }, tags: ["cheapest"], sandbox: true },
  ],
  buttons: [{ label: "Choose 1", text: "1" }],
};
const confirmation = {
  kind: "confirmation",
  confirmationId: "c1",
  title: "Book SB101?",
  lines: ["Ana Silva"],
  total: { amount: "189.40", currency: "EUR" },
  expiresAt: "2027-01-15T10:00:00Z",
  buttons: [{ label: "Yes, book it", text: "yes", action: { type: "confirm", id: "c1" } }],
};

it("sends each line, waits for its answer, and shows cards as text", async () => {
  const answers = agent((message, action) =>
    message === "flights"
      ? { text: "Here they are.", cards: [offers] }
      : message === "1"
        ? { text: "Shall I?", cards: [confirmation] }
        : { text: `done ${JSON.stringify(action)}` },
  );
  const { code, stdout, stderr } = await chat(answers, "flights\n\n1\nYES\n/quit\nnever sent\n");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(
    [
      "Here they are.\n\nBarcelona to Lisbon\n  1. SB101  189.40 EUR  (cheapest)\n     10:15 to 11:20\n  Sandbox: no real travel.\n  [Choose 1] type: 1\n",
      "Shall I?\n\nBook SB101?\n  Ana Silva\n  Total: 189.40 EUR\n  Valid until 2027-01-15 10:00 UTC\n  [Yes, book it] type: yes\n",
      'done {"type":"confirm","id":"c1"}\n',
    ].join("\n"),
  );
  expect(gateway!.calls.filter(({ method }) => method === "chat.send").map(({ params }) => [params.sessionKey, params.message])).toEqual([
    ["agent:main:main", "flights"],
    ["agent:main:main", "1"],
    ["agent:main:main", "yes"],
  ]);
});

it("prints answers as JSON for scripts, in the conversation it is told", async () => {
  const { stdout } = await chat(
    agent((message) => ({ text: message.toUpperCase() })),
    "hello\n",
    ["--json", "--session", "agent:main:lisbon"],
  );
  expect(JSON.parse(stdout)).toMatchObject({ text: "HELLO", cards: [], author: "agent" });
  expect(gateway!.calls.at(0)?.params.sessionKey).toBe("agent:main:lisbon");
});

it("reads the answer from the history when its event got lost", async () => {
  const { code, stdout } = await chat(
    agent(() => ({ text: "found" }), { tell: false }),
    "hello\n",
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "found\n" });
});

it("survives a connection that breaks while the agent works", async () => {
  let cut = false;
  const { code, stdout } = await chat(
    agent(
      () => {
        if (!cut) gateway!.cut();
        cut = true;
        return { text: "still here" };
      },
      { tell: false },
    ),
    "hello\n",
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "still here\n" });
});

it("says so when a person has taken over and no answer comes", async () => {
  expect(
    (
      await chat(
        agent(() => null),
        "hello\n",
      )
    ).stdout,
  ).toContain("a person looks after this conversation");
});

it("shows what is said without being asked for", async () => {
  const answers = agent((message) => {
    if (message === "first")
      gateway!.event("chat", {
        runId: "r-9",
        sessionKey: "agent:main:main",
        seq: 1,
        state: "final",
        message: { role: "assistant", content: "I am Ana, how can I help?", timestamp: 1, author: "operator" },
      });
    return { text: `answer to ${message}` };
  });
  expect((await chat(answers, "first\n")).stdout).toBe("\noperator  I am Ana, how can I help?\nanswer to first\n");
});

it("ends with the gateway's error", async () => {
  const answers = {
    ...agent(() => null),
    "chat.send": () => {
      throw { code: "FORBIDDEN", message: "this message was not accepted" };
    },
  };
  expect(await chat(answers, "hello\n")).toEqual({ code: 1, stdout: "", stderr: "FORBIDDEN: this message was not accepted\n" });
});
