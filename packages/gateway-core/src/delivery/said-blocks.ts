import type { Database, Tx } from "@travelagent/protocol/ports";

/** Blocks of a run sort in the order they were said. */
export const blockId = (runId: string, number: number): string => `${runId}:block:${String(number).padStart(4, "0")}`;
export const isBlock = (deliveryId: string): boolean => /:block:\d{4,}$/.test(deliveryId);

const ofRun = "id > ? and id < ?";
const rangeOf = (runId: string): [string, string] => [`${runId}:block:`, `${runId}:block;`];

/** How many blocks a run has said, whatever became of them. */
export const blockCount = async (from: Pick<Database, "get">, runId: string): Promise<number> =>
  Number((await from.get(`select count(*) as n from outbox where ${ofRun}`, ...rangeOf(runId)))?.n ?? 0);

/** What a run has said in blocks, in order. Those that surely do not reach the customer, and all behind them, do not count. */
export async function blocksOf(from: Pick<Tx | Database, "all">, runId: string): Promise<string[]> {
  const rows = await from.all(`select message, status from outbox where ${ofRun} order by id`, ...rangeOf(runId));
  const lost = rows.findIndex(({ status }) => status === "failed" || status === "refused" || status === "expired");
  return (lost < 0 ? rows : rows.slice(0, lost)).map(({ message }) => (JSON.parse(String(message)) as { text: string }).text);
}

/** How much of `text` the last blocks said already, UTF-16 units: earlier ones may belong to what was said before a tool was asked. */
export function saidOf(text: string, blocks: readonly string[]): number {
  for (let first = 0; first < blocks.length; first += 1) {
    const end = endOf(text, blocks.slice(first));
    if (end !== undefined) return end;
  }
  return 0;
}

/** Where these blocks end in the text they begin; undefined when they do not. White space between them does not count. */
export function endOf(text: string, blocks: readonly string[]): number | undefined {
  let at = 0;
  for (const block of blocks) {
    at += text.slice(at).length - text.slice(at).trimStart().length;
    if (!text.startsWith(block, at)) return undefined;
    at += block.length;
  }
  return at;
}
