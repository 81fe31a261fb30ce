import type { SlackApi } from "./slack-api.ts";

/** How a message of ours is found again: Slack keeps this with it and shows it to nobody. */
export interface Mark {
  /** Of the outbox row or the post. */
  id: string;
  part: number;
  of: number;
}

export const markType = "travelagent_message";
export const metadataOf = ({ id, part, of }: Mark) => ({ event_type: markType, event_payload: { id, part, of } });

interface Kept {
  ts: string;
  thread_ts?: string;
  metadata?: { event_type?: string; event_payload?: Partial<Mark> };
}

const pageSize = 100;
/** What was sent just now is among the newest. */
const maxPages = 3;

/**
 * The parts of a message that Slack has, with their `ts`, newest first. `threadTs`: below that message, else in the channel itself.
 * Raises what calls raise.
 */
export async function partsOf(
  api: SlackApi,
  { channel, threadTs, id, signal }: { channel: string; threadTs?: string | undefined; id: string; signal: AbortSignal },
): Promise<{ ts: string; mark: Mark }[]> {
  const found: { ts: string; mark: Mark }[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await api.call(
      threadTs === undefined ? "conversations.history" : "conversations.replies",
      { channel, limit: pageSize, include_all_metadata: true, cursor, ...(threadTs === undefined ? {} : { ts: threadTs }) },
      { signal },
    );
    for (const { ts, metadata } of (answer.messages as Kept[] | undefined) ?? []) {
      const { id: theirs, part, of } = metadata?.event_payload ?? {};
      if (metadata?.event_type === markType && theirs === id) found.push({ ts, mark: { id, part: Number(part), of: Number(of) } });
    }
    cursor = (answer.response_metadata as { next_cursor?: string } | undefined)?.next_cursor || undefined;
    // The parts of one message stand together; those of a thread come oldest first.
    if (cursor === undefined || (threadTs === undefined && found.length > 0)) break;
  }
  return found;
}
