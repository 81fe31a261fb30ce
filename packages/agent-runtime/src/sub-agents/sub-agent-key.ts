/** Whether a session is that of a helper: `agent:<agentId>:subagent:<id>`. */
export const isSubAgent = (sessionKey: string): boolean => /^agent:[^:]+:subagent:/.test(sessionKey);
