import type { HookInput } from "./hook-template.ts";

/** What a transform makes of a hook; null: nothing is to be done. What it leaves out is as the mapping says. */
export type HookTransform = (input: HookInput) => Promise<HookOverride | null>;

export interface HookOverride {
  action?: "wake" | "agent";
  message?: string;
  name?: string;
  agentId?: string;
  mode?: "now" | "next-heartbeat";
}

/** What is posted below the hooks' path, and what becomes of it. */
export interface HookMapping {
  /** Both must fit where both are given. `path` is exact: `gmail`. `source` is the field of that name in what was posted. */
  match: { path?: string; source?: string };
  action: "wake" | "agent";
  /** What the agent is told, with `{{…}}` for values. Absent: the body as it is. */
  message?: string;
  /** Of the conversation, with `{{…}}`. Default the path. */
  name?: string;
  agentId?: string;
  mode?: "now" | "next-heartbeat";
  transform?: HookTransform;
  /** Others' words stand there without marks. They count as others' all the same. */
  allowUnsafeExternalContent?: boolean;
}

/** Mail as Gmail's own push brings it: each message is a conversation. */
export const gmailPreset: HookMapping = {
  match: { path: "gmail" },
  action: "agent",
  name: "gmail:{{messages[0].id}}",
  message: "A mail came in from {{messages[0].from}}\nSubject: {{messages[0].subject}}\n{{messages[0].snippet}}\n{{messages[0].body}}",
};

export function mappingFor(mappings: readonly HookMapping[], { path, payload }: HookInput): HookMapping | undefined {
  const source = typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>).source : undefined;
  return mappings.find(
    ({ match }) =>
      (match.path !== undefined || match.source !== undefined) &&
      (match.path === undefined || match.path === path) &&
      (match.source === undefined || match.source === source),
  );
}

/** Whether anything may be mapped there, before anybody has looked into the body. */
export const isMapped = (mappings: readonly HookMapping[], path: string): boolean =>
  mappings.some(({ match }) => match.path === path || (match.path === undefined && match.source !== undefined));
