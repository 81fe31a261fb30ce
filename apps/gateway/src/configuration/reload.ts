import {
  type ConfigIssue,
  type ConfigSnapshot,
  type GatewayConfig,
  issueLine,
  keepLastGood,
  planReload,
  type ReloadPart,
  type ReloadPlan,
  type WrittenConfig,
  watchConfigFile,
} from "@travelagent/config";
import type { ControlPlane } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { type RestartBudget, restartBudget } from "./restart-budget.ts";
import type { LastRestart, RestartNote } from "./restart-note.ts";
import type { Settings } from "./settings.ts";

/** Makes ready what `next` asks for and raises when it cannot, changing nothing. What it returns puts it in force and must not fail. */
export type LivePart = (next: GatewayConfig) => () => void;
export type LiveParts = Record<ReloadPart, LivePart>;

/** What a running gateway gives to be told of changes. */
export interface Reloadable {
  live: LiveParts;
  control: Pick<ControlPlane, "publish" | "healthChanged">;
}

/** What the gateway's parts know of the configuration around them. */
export interface ConfigState {
  /** What is in force; in mode `hot` with what waits for a restart. */
  running(): GatewayConfig;
  /** For `health`: `config` while the file is not what runs. */
  degraded(): string[];
  /** For `status`. Paths and reasons, never values. */
  status(): Record<string, unknown>;
  /** Whether the parts that run would take this. */
  check(config: GatewayConfig): ConfigIssue[];
  /** Somebody wrote the file over the wire. */
  written(written: WrittenConfig): void;
}

export interface Reload extends ConfigState {
  /** A gateway runs on these settings. `refused`: the file it was to start with, and why it did not. */
  started(settings: Settings, running: Reloadable, refused?: { snapshot: ConfigSnapshot; message: string }): void;
  /** How the restart went that led here. */
  restarted(restart: LastRestart): void;
  /** It is going to stop. */
  stopping(): void;
  close(): void;
}

export interface ReloadOptions {
  settings: Settings;
  clock: Clock;
  log: Logger;
  /** Start again on what the file says. */
  restart(note: RestartNote): void;
  budget?: RestartBudget;
}

/** Who wrote the file over the wire, and how. */
interface Writer {
  delayMs: number;
  note?: string;
  sessionKey?: string;
}

/** A reply about a change gets its way out before the change closes the connection. */
const afterReplyMs = 100;

/**
 * Follows the configuration file of a gateway that runs. A bad file changes nothing and is told in health and log; a good one
 * is taken over by the parts that can, or by a restart inside the process, as `gateway.reload.mode` says.
 */
export function createReload({ settings: first, clock, log, restart, budget = restartBudget({ clock }) }: ReloadOptions): Reload {
  let settings = first;
  let running: Reloadable | undefined;
  /** What the gateway was started with, and what its live parts have by now. */
  let base = first.config;
  let live = first.config;
  let seen = fingerprint(first.snapshot);
  let latest = first.snapshot;
  /** Came while the gateway was between two runs. */
  let queued: ConfigSnapshot | undefined;
  let problem: { message: string; issues: ConfigIssue[]; at: string } | undefined;
  let pending: string[] = [];
  let lastRestart: LastRestart | undefined;
  let cancelTimer = () => {};

  const report = (message: string, issues: ConfigIssue[] = []): void => {
    problem = { message, issues, at: new Date(clock.now()).toISOString() };
    log.error(message, { issues: issues.map(issueLine) });
    running?.control.healthChanged();
  };
  const tell = (changed: string[], reasons: string[]): void =>
    running?.control.publish("config.changed", { hash: latest.hash, changedPaths: changed, restart: { needed: reasons.length > 0, reasons } });

  const prepare = (plan: ReloadPlan, next: GatewayConfig): { commits: (() => void)[]; issues: ConfigIssue[] } => {
    const commits: (() => void)[] = [];
    const issues: ConfigIssue[] = [];
    for (const part of running ? plan.parts : []) {
      try {
        commits.push(running!.live[part](next));
      } catch (error) {
        const path = plan.changes.find(({ parts }) => parts.includes(part))?.path ?? "";
        issues.push({ path, message: TravelAgentError.from(error).message });
      }
    }
    return { commits, issues };
  };

  function restartFor(reasons: string[], writer: Writer | undefined): void {
    const delayMs = writer?.delayMs ?? 0;
    const wait = budget.delayMs();
    if (wait === undefined) {
      report(
        `the configuration asks for a restart (${reasons.join(", ")}), and there were too many in a row: the gateway goes on as it is; send it SIGUSR1 to restart it all the same`,
      );
      return;
    }
    log.warn("the gateway restarts for its configuration", { reasons, delayMs: Math.max(wait, delayMs) });
    cancelTimer = clock.after(Math.max(wait, delayMs), () => {
      budget.spend();
      restart({
        kind: writer ? "config-apply" : "config",
        at: new Date(clock.now()).toISOString(),
        message: `the configuration changed: ${reasons.join(", ")}`,
        ...(writer?.note === undefined ? {} : { note: writer.note }),
        ...(writer?.sessionKey === undefined ? {} : { sessionKey: writer.sessionKey }),
      });
    });
  }

  function take(snapshot: ConfigSnapshot, writer?: Writer): void {
    const print = fingerprint(snapshot);
    if (print === seen) return;
    if (!running) {
      queued = snapshot;
      return;
    }
    latest = snapshot;
    seen = print;
    cancelTimer();
    if (!snapshot.config) {
      report(`${snapshot.path} is invalid; the configuration in force stays`, snapshot.issues);
      return;
    }
    const next = settings.effective(snapshot.config);
    const plan = planReload(live, next);
    const sinceStart = planReload(base, next);
    const { mode } = next.gateway.reload;
    const effective = sinceStart.changes.filter(({ effect }) => effect !== "none").map(({ path }) => path);
    problem = undefined;
    pending = [];
    if (mode === "off") {
      pending = effective;
      log.info("the configuration changed; it counts after a restart, as gateway.reload.mode says", { paths: pending });
    } else if (mode === "restart" ? effective.length > 0 : mode === "hybrid" && sinceStart.restart.length > 0) {
      pending = mode === "restart" ? effective : sinceStart.restart;
      restartFor(pending, writer);
    } else {
      const { commits, issues } = prepare(plan, next);
      if (issues.length > 0) {
        report("the configuration cannot be taken over; the one in force stays", issues);
        return;
      }
      live = next;
      pending = sinceStart.restart;
      if (pending.length > 0) log.warn("the configuration is taken over in part; the rest counts after a restart", { paths: pending });
      else keepLastGood(snapshot).catch((error: unknown) => log.warn("the last good configuration could not be kept", { error }));
      log.info("the configuration is taken over", { paths: plan.changes.map(({ path }) => path) });
      // Before the parts change: a new secret ends connections that should hear of it.
      tell(
        plan.changes.map(({ path }) => path),
        pending,
      );
      for (const commit of commits) {
        try {
          commit();
        } catch (error) {
          report(`a part did not take over the configuration: ${TravelAgentError.from(error).message}`);
        }
      }
      running.control.healthChanged();
      return;
    }
    tell(
      plan.changes.map(({ path }) => path),
      pending,
    );
    running.control.healthChanged();
  }

  /** Written over the wire and on its way to `take`; the watcher sees it too. */
  let announced: { print: string; cancel: () => void } | undefined;
  const found = (snapshot: ConfigSnapshot): void => {
    if (announced?.print === fingerprint(snapshot)) return;
    // Whatever was announced is not what stands in the file any more.
    announced?.cancel();
    announced = undefined;
    take(snapshot);
  };
  const watcher = watchConfigFile({
    ...first.load,
    current: first.snapshot,
    env: first.env,
    debounceMs: () => live.gateway.reload.debounceMs,
    clock,
    onChange: found,
    onInvalid: found,
  });

  return {
    running: () => live,
    degraded: () => (problem || pending.length > 0 ? ["config"] : []),
    status: () => ({
      path: settings.configPath,
      hash: latest.hash,
      mode: live.gateway.reload.mode,
      pendingRestart: pending,
      ...(lastRestart ? { lastRestart } : {}),
      ...(problem ? { problem: problem.message, issues: problem.issues, problemAt: problem.at } : {}),
    }),
    check: (config) => {
      const next = settings.effective(config);
      return prepare(planReload(live, next), next).issues;
    },
    written({ snapshot, note, sessionKey, restartDelayMs }) {
      log.info("the configuration was written over the wire", { hash: snapshot.hash, ...(note === undefined ? {} : { note }) });
      announced?.cancel();
      const cancel = clock.after(afterReplyMs, () => {
        announced = undefined;
        take(snapshot, {
          delayMs: Math.max(0, (restartDelayMs ?? 0) - afterReplyMs),
          ...(note === undefined ? {} : { note }),
          ...(sessionKey === undefined ? {} : { sessionKey }),
        });
      });
      announced = { print: fingerprint(snapshot), cancel };
    },
    started(next, reloadable, refused) {
      settings = next;
      running = reloadable;
      base = next.config;
      live = next.config;
      pending = [];
      problem = undefined;
      latest = refused?.snapshot ?? next.snapshot;
      // A file that did not start is not tried again until it is another one.
      seen = fingerprint(latest);
      if (refused) report(refused.message);
      else if (next.snapshot.issues.length > 0) report("the configuration file is invalid; the last good one is in force", next.snapshot.issues);
      // What was read while it started still told of the restart as pending.
      else running.control.healthChanged();
      const missed = queued;
      queued = undefined;
      if (missed) take(missed);
    },
    restarted(restart) {
      lastRestart = restart;
    },
    stopping() {
      cancelTimer();
      running = undefined;
    },
    close() {
      cancelTimer();
      announced?.cancel();
      watcher.close();
    },
  };
}

/** Equal for files that mean the same. */
const fingerprint = ({ config, issues }: ConfigSnapshot): string => JSON.stringify(config ?? issues);
