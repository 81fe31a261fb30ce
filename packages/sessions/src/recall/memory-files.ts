import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { MemoryScope } from "./recall-index.ts";

/**
 * The truth: Markdown that people can read and edit. `MEMORY.md` and `memory/<date>.md` belong to the agency,
 * `memory/customers/<customerId>.md` to one customer.
 */
export interface MemoryFiles {
  list(): Promise<{ path: string; scope: MemoryScope }[]>;
  /** Raises `NOT_FOUND` for a path that is none of the above or that nobody wrote. */
  read(path: string): Promise<string>;
  /** One entry at the end of the right file. */
  append(scope: MemoryScope, day: string, text: string): Promise<string>;
}

const dated = /^memory\/\d{4}-\d{2}-\d{2}(-[a-z0-9-]{1,60})?\.md$/;
const customer = /^memory\/customers\/([A-Za-z0-9_-]{1,100})\.md$/;

/** Whose memory a path is; undefined for every path that is no memory, such as one that climbs out of the directory. */
export function scopeOf(path: string): MemoryScope | undefined {
  if (path === "MEMORY.md" || dated.test(path)) return "agency";
  const id = customer.exec(path)?.[1];
  return id === undefined ? undefined : `customer:${id}`;
}

export function memoryFiles({ directory }: { directory: string }): MemoryFiles {
  const namesIn = async (folder: string): Promise<string[]> => {
    try {
      return (await readdir(join(directory, folder))).map((name) => (folder === "" ? name : `${folder}/${name}`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  };
  return {
    async list() {
      const names = (await Promise.all(["", "memory", "memory/customers"].map(namesIn))).flat();
      return names.sort().flatMap((path) => {
        const scope = scopeOf(path);
        return scope === undefined ? [] : [{ path, scope }];
      });
    },
    async read(path) {
      if (scopeOf(path) === undefined) throw notThere(path);
      try {
        return await readFile(join(directory, path), "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") throw notThere(path);
        throw error;
      }
    },
    async append(scope, day, text) {
      const path = scope === "agency" ? `memory/${day}.md` : `memory/customers/${scope.slice("customer:".length)}.md`;
      if (scopeOf(path) !== scope) throw new TravelAgentError("INVALID_REQUEST", `no memory can be kept for ${scope}: this is no id of a customer`);
      await mkdir(dirname(join(directory, path)), { recursive: true, mode: 0o700 });
      const entry = scope === "agency" ? text : `## ${day}\n${text}`;
      await appendFile(join(directory, path), `${entry.trimEnd()}\n\n`, { mode: 0o600 });
      return path;
    },
  };
}

const notThere = (path: string): TravelAgentError =>
  new TravelAgentError("NOT_FOUND", `there is no memory ${path.slice(0, 120)}; memory_search tells the paths there are`);
