import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own with little room, in memory. */
export interface BoundedDisk {
  readonly path: string;
  /** Leaves no byte free. */
  fill(): void;
  free(): void;
  /** Unmounts it; what somebody still has open of it goes when they close it. */
  remove(): void;
}

/** Null where this user may not mount one: it takes Linux and root. */
export function boundedDisk(bytes: number): BoundedDisk | null {
  const path = mkdtempSync(join(tmpdir(), "travelagent-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
  const ballast = join(path, "ballast");
  return {
    path,
    fill() {
      const file = openSync(ballast, "a");
      try {
        for (let size = 1024 * 1024; size >= 1; ) {
          try {
            writeSync(file, Buffer.alloc(size));
          } catch {
            size = Math.floor(size / 2);
          }
          if (statfsSync(path).bavail === 0) break;
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync("umount", ["--lazy", path], { stdio: "ignore" });
      rmSync(path, { recursive: true });
    },
  };
}
