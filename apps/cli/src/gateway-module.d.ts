/** What the command line needs of the gateway's package. */
declare module "@travelagent/gateway" {
  /** The process in the foreground, until a signal ends it. */
  export function runGateway(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number>;
  interface ReplayResult {
    id: string;
    changed: boolean;
    /** Of a case. */
    decision?: string;
    ruleId?: string;
    reason?: string;
    /** Of a task. */
    refused?: { name: string; ruleId: string; reason: string }[];
  }
  /** Carries out tasks or judges cases over a world, with the rules of a pack. */
  export function replayPolicy(options: {
    pack: string;
    world: string;
    tasks?: string;
    cases?: string;
    params?: string;
    onResult(result: ReplayResult, done: number, of: number): void;
    onNote?(note: string): void;
  }): Promise<void>;
  /** What is wrong or suspicious in the rules of these packs and of this folder. Raises `CONFIG_INVALID` for a pack that is not there. */
  export function lintPolicies(options: {
    packs: readonly string[];
    directory?: string;
    params?: Readonly<Record<string, unknown>>;
  }): Promise<readonly { severity: "error" | "warning"; code: string; message: string; file?: string; rule?: string }[]>;
}
