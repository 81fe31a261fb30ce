/** Of the ids of turns that a decided approval sets going. */
export const decisionPrefix = "decision:";
/** Of those the gateway itself sets going to tell an agent something. */
export const notePrefix = "note:";
/** Of those that are done again; what follows is the id of the run that failed. */
export const retryPrefix = "retry:";

/** Ids of the gateway's own turns, which no caller may choose. */
export const isOwnRun = (runId: string): boolean => [decisionPrefix, notePrefix, retryPrefix].some((prefix) => runId.startsWith(prefix));
