import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";

/** Screenshots and printed pages, for people to look at. The oldest go when there are too many. */
export interface BrowserFiles {
  /** Raises `PAYLOAD_TOO_LARGE`. */
  keep(content: Buffer, ending: "jpg" | "pdf"): Promise<{ path: string; bytes: number }>;
}

const mostBytes = 10 * 1024 * 1024;

export function browserFiles({ directory, most = 50 }: { directory: string; most?: number }): BrowserFiles {
  return {
    async keep(content, ending) {
      if (content.length > mostBytes) throw new TravelAgentError("PAYLOAD_TOO_LARGE", "this is larger than 10 MiB and was not kept");
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, `${randomUUID()}.${ending}`);
      await writeFile(path, content, { mode: 0o600 });
      const files = await Promise.all(
        (await readdir(directory)).map(async (name) => {
          const file = join(directory, name);
          return { file, at: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
        }),
      );
      const old = files.filter(({ file }) => file !== path && /\.(?:jpg|pdf)$/.test(file)).sort((one, other) => other.at - one.at);
      for (const { file } of old.slice(most - 1)) await rm(file, { force: true });
      return { path, bytes: content.length };
    },
  };
}
