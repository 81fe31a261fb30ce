import { monitorEventLoopDelay, performance } from "node:perf_hooks";

export interface EventLoopFacts {
  /** It is kept so busy that everybody waits. */
  degraded: boolean;
  /** Why it is, in the words clients know. */
  reasons: "event_loop_delay"[];
  /** Milliseconds since the last reading. */
  intervalMs: number;
  /** Milliseconds beyond the pace it is looked at, since the last reading. */
  delayMeanMs: number;
  delayP99Ms: number;
  delayMaxMs: number;
  /** Share of time it was at work, 0 to 1, since the last reading. */
  utilization: number;
  /** Processor time of this process by elapsed time: 1 is one core. */
  cpuCoreRatio: number;
}

export interface EventLoopWatch {
  /** What was since the last `read`; readers beside each other each have their own watch. */
  read(): EventLoopFacts;
  stop(): void;
}

/** Coarse, so that looking costs nothing while there is nothing to do. */
const resolutionMs = 100;
const degradedDelayMs = 500;

export function watchEventLoop(): EventLoopWatch {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let before = performance.eventLoopUtilization();
  let cpuBefore = process.cpuUsage();
  let readAt = performance.now();
  const beyond = (nanoseconds: number): number => (Number.isFinite(nanoseconds) ? Math.max(0, Math.round(nanoseconds / 1e4) / 100 - resolutionMs) : 0);
  return {
    read() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      const intervalMs = Math.max(1, Math.round(performance.now() - readAt));
      readAt += intervalMs;
      const cpu = process.cpuUsage(cpuBefore);
      cpuBefore = process.cpuUsage();
      const facts = {
        delayMeanMs: delay.count > 0 ? beyond(delay.mean) : 0,
        delayP99Ms: delay.count > 0 ? beyond(delay.percentile(99)) : 0,
        delayMaxMs: delay.count > 0 ? beyond(delay.max) : 0,
        utilization: Math.round(utilization * 1000) / 1000,
      };
      delay.reset();
      const degraded = facts.delayP99Ms >= degradedDelayMs;
      const cpuCoreRatio = Math.round((cpu.user + cpu.system) / intervalMs) / 1000;
      return { degraded, reasons: degraded ? ["event_loop_delay"] : [], intervalMs, ...facts, cpuCoreRatio };
    },
    stop: () => void delay.disable(),
  };
}
