export type AccountProblem = { state: "degraded" | "logged-out"; reason: string };

export interface AccountState {
  /** Something is wrong until it is cleared by the same name. */
  raise(name: string, problem: AccountProblem): void;
  clear(name: string): void;
}

/** What is wrong with an account, put together: people see the worst of it, and all reasons. */
export function accountState(report: (state: "running" | AccountProblem["state"], reason?: string) => void): AccountState {
  const problems = new Map<string, AccountProblem>();
  let told = "running";
  const tell = (): void => {
    const all = [...problems.values()];
    const state = all.some((problem) => problem.state === "logged-out") ? "logged-out" : all.length > 0 ? "degraded" : "running";
    const reasons = all.map(({ reason }) => reason).join("; ");
    if (told === `${state} ${reasons}`.trim()) return;
    told = `${state} ${reasons}`.trim();
    if (state === "running") report(state);
    else report(state, reasons);
  };
  return {
    raise(name, problem) {
      problems.set(name, problem);
      tell();
    },
    clear(name) {
      if (problems.delete(name)) tell();
    },
  };
}
