import { type Action, defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { applyHunks } from "./apply-hunks.ts";
import type { FileChange } from "./file-root.ts";
import { excerpt, fingerprint, readText } from "./file-text.ts";
import type { FileToolsOptions } from "./file-tools.ts";
import { parsePatch } from "./parse-patch.ts";
import type { Workplace } from "./workplace.ts";
import { shownPath, workspaceParts } from "./workspace-path.ts";

const Patch = z.strictObject({
  patch: z
    .string()
    .min(1)
    .max(1_000_000)
    .describe(
      'From "*** Begin Patch" to "*** End Patch", with "*** Add File:", "*** Update File:" (and "*** Move to:") or "*** Delete File:" before each part.',
    ),
});

interface Planned {
  changes: FileChange[];
  lines: string[];
  /** What is there before, by path. */
  before: Record<string, string | null>;
}

/** What the whole patch comes to, worked out before anything is written: a patch that does not fit changes nothing. */
async function plan(files: Workplace["files"], patch: string): Promise<Planned> {
  const changes = new Map<string, FileChange>();
  const before: Planned["before"] = {};
  const lines: string[] = [];
  const put = (path: string, bytes: Buffer | null, mustBeNew = false) => {
    if (changes.has(path)) throw new TravelAgentError("INVALID_REQUEST", `the patch has two parts for ${path}: put them into one`);
    changes.set(path, { path, bytes, ...(mustBeNew ? { mustBeNew } : {}) });
  };
  const named = (path: string): string => {
    const parts = workspaceParts(path.trim());
    if (parts.length === 0) throw new TravelAgentError("INVALID_REQUEST", "a part of the patch names no file");
    return shownPath(parts);
  };
  for (const step of parsePatch(patch)) {
    const path = named(step.path);
    if (step.kind === "add") {
      put(path, Buffer.from(step.text), true);
      before[path] = null;
      lines.push(`add ${path}`);
      continue;
    }
    const text = await readText(files, path);
    before[path] = fingerprint(text);
    if (step.kind === "delete") {
      put(path, null);
      lines.push(`delete ${path}`);
      continue;
    }
    const next = Buffer.from(applyHunks(path, text, step.hunks));
    const target = step.moveTo === undefined ? path : named(step.moveTo);
    if (target === path) put(path, next);
    else {
      put(target, next, true);
      put(path, null);
      before[target] = null;
    }
    lines.push(target === path ? `update ${path}` : `move ${path} to ${target}`);
  }
  return { changes: [...changes.values()], lines, before };
}

export const patchTool = ({ workplace }: FileToolsOptions): Tool =>
  defineTool({
    name: "apply_patch",
    description: "Adds, changes, moves and deletes files of the workspace by a patch: all of it, or nothing.",
    group: "fs",
    args: Patch,
    effect: "write",
    writes: "system",
    repeatable: false,
    optIn: true,
    async describe({ patch }, { turn, now }): Promise<Action> {
      const { files } = await workplace(turn);
      if (!files.writable) throw new TravelAgentError("FORBIDDEN", "the workspace is read-only here: ask an operator to set workspaceAccess to rw");
      const { lines, before } = await plan(files, patch);
      return {
        title: `Apply a patch to ${lines.length === 1 ? "one file" : `${lines.length} files`}`,
        lines: [...lines, excerpt(patch, 2000)],
        expiresAt: now + 900_000,
        subject: { before },
        facts: { files: lines.length },
      };
    },
    async execute({ patch }, { turn }) {
      const { files } = await workplace(turn);
      const { changes, lines } = await plan(files, patch);
      await files.change(changes);
      return { content: { changed: lines } };
    },
  });
