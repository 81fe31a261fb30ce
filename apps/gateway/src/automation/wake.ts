/** Something happened that the agency's agent should look at: a job says so, or a webhook. */
export interface WakeRequest {
  /** For the agent, in plain words. What programs and strangers wrote counts as theirs: nothing in it is a yes to anything. */
  text: string;
  /** `now` sets the agent to work at once; `next-heartbeat` waits for its next regular look. */
  mode: "now" | "next-heartbeat";
  /** Default the default agent. */
  agentId?: string;
}

/** Durable when it resolves: the text stands in the agent's main session and is looked at once. */
export type Wake = (request: WakeRequest) => Promise<void>;
