export { memoryTranscripts } from "./memory-transcripts.ts";
export { transcriptStoreContract } from "./transcript-store-contract.ts";
