import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { PageTask, UnderstoodPage } from "./understand-page.ts";

// This file is both sides of the thread: loaded into a worker by the function below, it does the one task and ends.

const task = "understand-page";

/**
 * Understands a page in a thread of its own with limits of time and memory, since a page can be made to take forever and this
 * process serves everybody. Null when it could not be understood within them.
 */
export function understandInWorker(page: PageTask, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<UnderstoodPage | null> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { task, page },
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 4 },
    });
    const end = (result: UnderstoodPage | null): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      resolve(result);
      void worker.terminate();
    };
    const giveUp = (): void => end(null);
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener("abort", giveUp, { once: true });
    worker.once("message", end);
    worker.once("error", giveUp);
    worker.once("exit", giveUp);
    if (signal.aborted) giveUp();
  });
}

if (!isMainThread && (workerData as { task?: unknown } | null)?.task === task) {
  const { understandPage } = await import("./understand-page.ts");
  let result: UnderstoodPage | null = null;
  try {
    result = understandPage((workerData as { page: PageTask }).page);
  } catch {
    // Told as null: what a page raises here is of no use to anybody.
  }
  parentPort?.postMessage(result);
}
