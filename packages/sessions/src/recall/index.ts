export { type Chunk, type ChunkOptions, chunkLines } from "./chunk.ts";
export { type Embeddings, hashEmbeddings } from "./embeddings.ts";
export { type HttpEmbeddingsOptions, httpEmbeddings } from "./http-embeddings.ts";
export { type MemoryFiles, memoryFiles } from "./memory-files.ts";
export { type MemoryPersonalDataOptions, memoryPersonalData } from "./personal-data.ts";
export { createRecall, type Memory, type Recall, type RecallOptions, type Rememberer } from "./recall.ts";
export type { Candidate, CandidateQuery, IndexedChunk, IndexedFile, MemoryScope, RecallIndex } from "./recall-index.ts";
export { sqliteRecallIndex } from "./sqlite-recall-index.ts";
