import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { manifestName, type PluginManifest, parseManifest } from "./manifest.ts";

/** What is known of a plugin's folder. */
export interface PluginLabel {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  readonly manifest: PluginManifest;
  /** SHA-256 in lower-case hex of all files, their names and their links, in an order that is the same everywhere. */
  readonly sha256: string;
}

/** Everything in a plugin's folder, read once: what was hashed is what is loaded. */
export interface PluginFolder extends PluginLabel {
  readonly entries: readonly FolderEntry[];
}

/** By its path inside the folder, with `/` on every system. */
export type FolderEntry = { readonly path: string; readonly bytes: Buffer } | { readonly path: string; readonly link: string };

export interface FolderLimits {
  /** Default 5000. */
  maxFiles?: number;
  /** Default 32 MiB. */
  maxBytes?: number;
}

const refuse = (message: string): never => {
  throw new TravelAgentError("CONFIG_INVALID", message);
};

/**
 * Reads a plugin's folder without running anything of it. Raises `NOT_FOUND` when it is not there, `CONFIG_INVALID` when the
 * manifest is not right, a link leads out of the folder, somebody else may write to it, or it is too large.
 */
export async function readPluginFolder(given: string, { maxFiles = 5_000, maxBytes = 32 * 1024 * 1024 }: FolderLimits = {}): Promise<PluginFolder> {
  const path = await realpath(given).catch(() => {
    throw new TravelAgentError("NOT_FOUND", `there is no folder ${given}`);
  });
  const entries: FolderEntry[] = [];
  let bytesLeft = maxBytes;

  const visit = async (at: string): Promise<void> => {
    const shown = relative(path, at).split(sep).join("/");
    const stat = await lstat(at);
    // Elsewhere than on POSIX systems the mode says nothing about who may write.
    if (process.platform !== "win32" && !stat.isSymbolicLink() && (stat.mode & 0o002) !== 0)
      refuse(`every user of this machine may write to ${at}: take that away (chmod -R o-w ${path})`);
    if (stat.isDirectory()) {
      for (const name of await readdir(at)) await visit(join(at, name));
      return;
    }
    if (entries.length >= maxFiles) refuse(`${path} has more than ${maxFiles} files: a plugin brings only what it needs`);
    if (stat.isSymbolicLink()) {
      const link = (await readlink(at)).split(sep).join("/");
      // By its words alone, so that a copy elsewhere leads to the same place.
      const target = posix.join(posix.dirname(shown), link);
      const real = relative(path, await realpath(at).catch(() => refuse(`the link ${shown} leads nowhere`)));
      if (link.startsWith("/") || leaves(target) || leaves(real)) refuse(`the link ${shown} leads out of the plugin's folder`);
      entries.push({ path: shown, link });
    } else if (stat.isFile()) {
      bytesLeft -= stat.size;
      if (bytesLeft < 0) refuse(`${path} is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB: a plugin brings only what it needs`);
      entries.push({ path: shown, bytes: await readFile(at) });
    } else refuse(`${shown} is no file, folder or link`);
  };
  if (!(await lstat(path)).isDirectory()) refuse(`${path} is no folder`);
  // First of all, so that no other folder is read only to say that it is none of a plugin.
  await lstat(join(path, manifestName)).catch(() => refuse(`there is no ${manifestName} in ${path}`));
  await visit(path);

  const manifestFile = fileIn(entries, manifestName) ?? refuse(`${manifestName} in ${path} is no file`);
  const manifest = parseManifest(manifestFile.toString("utf8"));
  if (!fileIn(entries, manifest.main)) refuse(`${manifestName} is not right: main: there is no file ${manifest.main} in the folder`);
  for (const skills of manifest.skills)
    if (!entries.some((entry) => entry.path.startsWith(`${skills}/`))) refuse(`${manifestName} is not right: skills: there is no folder ${skills}`);
  return { path, manifest, sha256: hashOf(entries), entries };
}

const leaves = (path: string): boolean => path === "" || path === ".." || /^\.\.[\\/]/.test(path) || resolve(path) === path;

const fileIn = (entries: readonly FolderEntry[], path: string): Buffer | undefined => {
  const entry = entries.find((one) => one.path === path);
  return entry && "bytes" in entry ? entry.bytes : undefined;
};

/** Kind, name and content of each entry by its own hash, so that no two folders have the same text to be hashed. */
function hashOf(entries: readonly FolderEntry[]): string {
  const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
  const lines = entries.map((entry) =>
    "bytes" in entry ? `file ${sha256(entry.path)} ${sha256(entry.bytes)}` : `link ${sha256(entry.path)} ${sha256(entry.link)}`,
  );
  return sha256(["travelagent plugin 1", ...lines.sort()].join("\n"));
}
