import { readdirSync, readFileSync } from "node:fs";

/** Variable that a program and whatever it starts carry, so that they are found again. */
export const markName = "TRAVELAGENT_COMMAND_ID";

interface Seen {
  pid: number;
  parent: number;
  group: number;
  session: number;
}

/** What /proc says of every process that lives; nothing where there is no /proc. */
function processes(): Seen[] {
  let entries: string[];
  try {
    entries = readdirSync("/proc");
  } catch {
    return [];
  }
  return entries.flatMap((entry): Seen[] => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      // The name of the program stands in brackets and may have anything in it.
      const [state, parent, group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" || state === "X" ? [] : [{ pid: Number(entry), parent: Number(parent), group: Number(group), session: Number(session) }];
    } catch {
      return [];
    }
  });
}

function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${markName}=${mark}`);
  } catch {
    return false;
  }
}

/**
 * Ends the program that was started as the leader of a session of its own, and whatever it started: its group, its session, the
 * children of those, and what carries its mark, such as a daemon that left all of them.
 */
export function killTree(leader: number, mark: string): void {
  end(-leader);
  // One that forked while this looked is found in the next round.
  for (let round = 0; round < 5; round += 1) {
    const all = processes();
    const doomed = new Set(
      all.filter(({ pid, group, session }) => pid === leader || group === leader || session === leader || carries(pid, mark)).map(({ pid }) => pid),
    );
    for (let before = -1; before !== doomed.size; ) {
      before = doomed.size;
      for (const { pid, parent } of all) if (doomed.has(parent)) doomed.add(pid);
    }
    if (doomed.size === 0) return;
    for (const pid of doomed) if (pid !== process.pid) end(pid);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
