import type { CompactionEntry } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import { systemClock } from "@travelagent/protocol/ports";
import { admit, contextOf, emptyTranscript, messagesOf, type OpenTranscript } from "../open-transcript.ts";
import { planAppend, supersededLines } from "../repair.ts";
import type { TranscriptRef, TranscriptStore } from "../transcript.ts";

/** Transcripts that end with the test. */
export function memoryTranscripts({ clock = systemClock }: { clock?: Clock } = {}): TranscriptStore {
  const transcripts = new Map<string, OpenTranscript>();
  const spilled = new Map<string, string>();
  const nameOf = ({ agentId, sessionId }: TranscriptRef) => `${agentId}/${sessionId}`;
  const opened = (ref: TranscriptRef): OpenTranscript => {
    const transcript = transcripts.get(nameOf(ref)) ?? emptyTranscript();
    transcripts.set(nameOf(ref), transcript);
    return transcript;
  };
  return {
    async read(ref) {
      return messagesOf(transcripts.get(nameOf(ref))?.lines ?? []);
    },
    async append(ref, wanted) {
      let transcript = opened(ref);
      const superseded = supersededLines(transcript, wanted);
      if (superseded > 0) {
        const left = emptyTranscript();
        for (const line of transcript.lines.slice(0, -superseded)) admit(left, line);
        transcripts.set(nameOf(ref), left);
        transcript = left;
      }
      const { entries } = planAppend(transcript, structuredClone([...wanted]), clock.now());
      for (const entry of entries) admit(transcript, { id: entry.id, entry, bytes: 0 });
      return entries;
    },
    async last(ref, limit) {
      const messages = messagesOf(opened(ref).lines);
      return messages.slice(Math.max(0, messages.length - limit));
    },
    async context(ref) {
      return { ...contextOf(opened(ref).lines).context, whole: true };
    },
    async compact(ref, compaction) {
      const transcript = opened(ref);
      if (transcript.ids.has(compaction.id)) return;
      const entry: CompactionEntry = {
        type: "compaction",
        ...structuredClone(compaction),
        parentId: transcript.lastId,
        timestamp: new Date(clock.now()).toISOString(),
      };
      admit(transcript, { id: entry.id, entry, bytes: 0 });
    },
    async spill(ref, id, text) {
      spilled.set(`${nameOf(ref)}/${id}`, text);
      return true;
    },
    async readSpilled(ref, id, { offset, limit }) {
      const text = spilled.get(`${nameOf(ref)}/${id}`);
      return text === undefined ? undefined : { text: text.slice(offset, offset + limit), total: text.length };
    },
    async remove(ref) {
      transcripts.delete(nameOf(ref));
      for (const name of spilled.keys()) if (name.startsWith(`${nameOf(ref)}/`)) spilled.delete(name);
    },
  };
}
