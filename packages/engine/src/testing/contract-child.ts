import type { Engine, WorkRequest } from "@travelagent/protocol/ports";
import { defineContractWork, fileLedger } from "./contract-work.ts";

/** Sent by the contract suite to the process that is to be killed. */
export interface ChildOrder {
  location: string;
  ledger: string;
  requests: WorkRequest[];
}

/**
 * The whole script of the process that the contract suite kills: opens the engine it is told, submits, and dies with
 * SIGKILL where the work says so. Run it with an IPC channel.
 */
export function contractChild(open: (location: string) => Promise<Engine>): void {
  // Whatever the work waits for, this process ends by being killed and not by having nothing to do.
  setInterval(() => {}, 60_000);
  process.once("message", async (message) => {
    const { location, ledger, requests } = message as ChildOrder;
    const engine = await open(location);
    defineContractWork(engine, fileLedger(ledger), () => void process.kill(process.pid, "SIGKILL"));
    await engine.start();
    for (const request of requests) await engine.work.submit(request);
    process.send?.("submitted");
  });
}
