export { documentTools, tokenIn } from "./document-tools.ts";
export type { KeptPaper, NewPaper, PaperDesk } from "./paper-desk.ts";
export { type PaperOpener, withPapers } from "./with-papers.ts";
