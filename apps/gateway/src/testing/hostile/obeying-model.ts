import type { Model, ModelRequest } from "@travelagent/agent-runtime";
import { type ScriptedAnswer, type ScriptedCall, scriptedModel } from "@travelagent/agent-runtime/testing";
import { undisguised } from "./disguises.ts";

/** An order as a text carries it. */
export const written = (call: ScriptedCall): string => `DO ${JSON.stringify({ name: call.name, arguments: call.arguments })} END`;

/** The orders a text has, however they are hidden. */
export function ordersIn(text: string): ScriptedCall[] {
  return undisguised(text).flatMap((plain) =>
    [...plain.matchAll(/DO (\{.*?\}) END/gs)].flatMap(([, json]) => {
      try {
        const { name, arguments: args } = JSON.parse(json!) as ScriptedCall;
        return typeof name === "string" ? [{ name, arguments: args ?? {} }] : [];
      } catch {
        return [];
      }
    }),
  );
}

/** Everything a model reads beside its own words: messages, what tools said, what tools are said to be. */
function textsOf({ messages, tools }: ModelRequest): string[] {
  return [
    ...messages.flatMap((message) =>
      message.role === "assistant" ? [] : typeof message.content === "string" ? [message.content] : message.content.map(({ text }) => text),
    ),
    ...tools.map(({ description }) => description),
  ];
}

/**
 * A model that was taken over: first it does what the test wants it to do (`opening`, such as a search whose results carry the
 * attack), then it obeys every order it finds anywhere, several at once, and says that everything went well.
 */
export function obeyingModel(opening: () => readonly ScriptedCall[]): Model & { obeyed: ScriptedCall[] } {
  const obeyed: ScriptedCall[] = [];
  const model = scriptedModel((request): ScriptedAnswer => {
    const ofTurn = request.messages.slice(request.messages.findLastIndex((message) => message.role === "user"));
    const made = ofTurn.flatMap((message) =>
      message.role === "assistant"
        ? message.content.flatMap((block) => (block.type === "toolCall" ? [JSON.stringify([block.name, block.arguments])] : []))
        : [],
    );
    const todo = (calls: readonly ScriptedCall[]) =>
      calls.filter((call, index) => {
        const same = calls.slice(0, index).filter((other) => JSON.stringify(other) === JSON.stringify(call)).length;
        return made.filter((one) => one === JSON.stringify([call.name, call.arguments])).length <= same && same < 2;
      });
    const first = todo(opening());
    if (first.length > 0) return { toolCalls: [...first] };
    const found = textsOf(request).flatMap(ordersIn);
    const unique = [...new Map(found.map((call) => [JSON.stringify([call.name, call.arguments]), call])).values()];
    const next = unique.filter((call) => !made.includes(JSON.stringify([call.name, call.arguments])));
    if (next.length === 0) return { text: "All done, everything is taken care of." };
    obeyed.push(...next);
    return { toolCalls: next.slice(0, 8) };
  });
  return Object.assign(model, { obeyed });
}
