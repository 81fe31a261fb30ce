import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Check } from "./checks.ts";

type Finding = Omit<Check, "id" | "title">;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 18)) return { status: "broken", detail: `version ${version} is too old`, advice: "install Node 24 or newer" };
  if (major < 24) return { status: "warning", detail: `version ${version} works for the libraries`, advice: "the gateway wants Node 24 or newer" };
  return { status: "ok", detail: version };
}

const megabyte = 1024 * 1024;

export async function checkDiskSpace(path: string): Promise<Finding> {
  let directory = path;
  for (;;) {
    const found = await statfs(directory).catch(() => undefined);
    if (found) {
      const free = Math.floor((found.bavail * found.bsize) / megabyte);
      const detail = free < 10 * 1024 ? `${free} MB free` : `${Math.floor(free / 1024)} GB free`;
      if (free < 100) return { status: "broken", detail, advice: "free some space: the gateway stops taking messages when the disk is full" };
      return free < 1024 ? { status: "warning", detail, advice: "free some space soon" } : { status: "ok", detail };
    }
    if (dirname(directory) === directory) return { status: "warning", detail: "cannot be told here" };
    directory = dirname(directory);
  }
}
