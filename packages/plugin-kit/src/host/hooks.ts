import { TravelAgentError } from "@travelagent/protocol";
import type { HookName } from "../folder/manifest.ts";
import type { HookEvents } from "../plugin.ts";
import type { PluginUnit } from "./plugin-unit.ts";

/** What plugins are told, and what they are asked. */
export interface PluginHooks {
  /** Whether anybody listens: with nobody, there is nothing to prepare. */
  wants(hook: HookName): boolean;
  /** Tells everybody, or one, and waits for nobody. Never throws. */
  tell<H extends HookName>(hook: H, event: HookEvents[H], only?: PluginUnit): void;
  /** The same, and waits until everybody is through or had their time. */
  told<H extends HookName>(hook: H, event: HookEvents[H]): Promise<void>;
  /** The first no to a call of a tool, as the refusal the gate puts on record. A listener that fails says nothing. */
  denial(event: HookEvents["before_tool_call"]): Promise<TravelAgentError | undefined>;
}

const maxReasonChars = 300;

export function createHooks(units: () => readonly PluginUnit[], timeoutMs: number): PluginHooks {
  const ask = <H extends HookName>(hook: H, event: HookEvents[H], asked = units()): Promise<{ unit: PluginUnit; answer: unknown }[]> =>
    Promise.all(
      asked.flatMap((unit) =>
        (unit.made.hooks.get(hook) ?? []).map(async (listener) => {
          // Each gets a copy: what one does to it, neither the others nor the gate see.
          const answer = await unit.guard.run(`hook ${hook}`, () => listener(structuredClone(event)), { timeoutMs }).catch(() => undefined);
          return { unit, answer };
        }),
      ),
    );
  const told: PluginHooks["told"] = async (hook, event) => void (await ask(hook, event));
  return {
    wants: (hook) => units().some((unit) => unit.made.hooks.has(hook)),
    tell: (hook, event, only) => void ask(hook, event, only && [only]),
    told,
    async denial(event) {
      for (const { unit, answer } of await ask("before_tool_call", event)) {
        const deny = typeof answer === "object" && answer !== null ? (answer as { deny?: unknown }).deny : undefined;
        if (typeof deny === "string")
          return new TravelAgentError("POLICY_DENIED", deny.slice(0, maxReasonChars) || `the plugin ${unit.id} says no`, {
            details: { ruleId: `plugin.${unit.id}`, decision: "deny" },
          });
      }
      return undefined;
    },
  };
}
