import type { Clock } from "@travelagent/protocol/ports";
import { systemClock } from "@travelagent/protocol/ports";
import { planAppend } from "../repair.ts";
import { admit, emptyTranscript, type OpenTranscript, type TranscriptRef, type TranscriptStore } from "../transcript.ts";

/** Transcripts that end with the test. */
export function memoryTranscripts({ clock = systemClock }: { clock?: Clock } = {}): TranscriptStore {
  const transcripts = new Map<string, OpenTranscript>();
  const nameOf = ({ agentId, sessionId }: TranscriptRef) => `${agentId}/${sessionId}`;
  return {
    async read(ref) {
      return transcripts.get(nameOf(ref))?.entries.slice() ?? [];
    },
    async append(ref, wanted) {
      const transcript = transcripts.get(nameOf(ref)) ?? emptyTranscript();
      transcripts.set(nameOf(ref), transcript);
      const { entries } = planAppend(transcript, structuredClone([...wanted]), clock.now());
      for (const entry of entries) admit(transcript, entry);
      return entries;
    },
    async remove(ref) {
      transcripts.delete(nameOf(ref));
    },
  };
}
