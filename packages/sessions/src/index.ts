export { type FileTranscriptsOptions, fileTranscripts } from "./file-transcripts.ts";
export { type SessionHandlersOptions, sessionHandlers } from "./handlers.ts";
export { normalizeId, parentSessionKey, parseSessionKey, type SessionRoute, sessionKey } from "./key.ts";
export { type SaidInGroup, type TranscriptPersonalDataOptions, transcriptPersonalData } from "./personal-data.ts";
export { type TranscriptRetentionOptions, transcriptRetention } from "./retention.ts";
export type { Session, SessionFilter, SessionMeta, SessionPage, SessionPatch } from "./session.ts";
export { sessionRow } from "./session-row.ts";
export { createSessions, type Sessions, type SessionsDeps } from "./sessions.ts";
export type {
  NewCompaction,
  NewEntry,
  SpilledText,
  TranscriptContext,
  TranscriptDamage,
  TranscriptRef,
  TranscriptStore,
} from "./transcript.ts";
