import { type Action, defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import { excerpt, fingerprint, maxEditBytes, readText, textOf } from "./file-text.ts";
import { imageFacts } from "./image-kind.ts";
import { patchTool } from "./patch-tool.ts";
import type { Workplace } from "./workplace.ts";
import { shownPath, workspaceParts } from "./workspace-path.ts";

export interface FileToolsOptions {
  workplace(turn: TurnScope): Promise<Pick<Workplace, "files">>;
}

/** What one read gives at most. */
const maxLines = 2000;
const maxCharacters = 50_000;
const maxReadBytes = 20_000_000;
const yesCountsMs = 900_000;

const path = z.string().min(1).max(1000).describe("Path below the workspace, such as notes/plan.md.");
const Read = z.strictObject({
  path: z.string().max(1000).describe('Path below the workspace; "." lists the workspace.'),
  offset: z.int().min(1).optional().describe("First line, from 1."),
  limit: z.int().min(1).max(maxLines).optional().describe("Lines to read."),
});
const Write = z.strictObject({ path, content: z.string().max(maxEditBytes).describe("The whole file.") });
const Edit = z.strictObject({
  path,
  oldText: z.string().min(1).max(maxEditBytes).describe("Exactly as it stands in the file, with enough around it to be there once."),
  newText: z.string().max(maxEditBytes),
  replaceAll: z.boolean().optional().describe("Every place, instead of the only one."),
});

/** `read`, `write`, `edit` and `apply_patch`, for the files of the agent's workspace and no others. */
export function fileTools({ workplace }: FileToolsOptions): Tool[] {
  const read = defineTool({
    name: "read",
    description: "Reads a text file of the workspace, from a line on if need be, or lists a directory. Tells of an image what it is.",
    group: "fs",
    args: Read,
    effect: "read",
    optIn: true,
    async execute({ path: wanted, offset = 1, limit = maxLines }, { turn }) {
      const { files } = await workplace(turn);
      const parts = workspaceParts(wanted);
      const name = shownPath(parts);
      const listed = parts.length === 0 || wanted.endsWith("/");
      const found = listed ? undefined : await files.read(name, maxReadBytes).catch(unlessDirectory);
      if (!found) return { content: { path: name, entries: (await files.list(name)).slice(0, 1000) }, tainted: true };
      const { bytes, size } = found;
      const image = imageFacts(bytes);
      if (image) return { content: { path: name, kind: "image", ...image, bytes: size }, tainted: true };
      if (size > maxReadBytes) throw new TravelAgentError("PAYLOAD_TOO_LARGE", `${name} has ${size} bytes; files up to ${maxReadBytes} can be read`);
      const lines = textOf(bytes, name).split("\n");
      if (lines.at(-1) === "") lines.pop();
      const text: string[] = [];
      let characters = 0;
      for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
        if (characters + line.length > maxCharacters && text.length > 0) break;
        text.push(line.slice(0, maxCharacters));
        characters += line.length + 1;
      }
      const next = offset + text.length;
      const cut = text.some((line, index) => line.length < lines[offset - 1 + index]!.length);
      const notes = [
        ...(next <= lines.length ? [`${lines.length - next + 1} more lines: read on with offset ${next}`] : []),
        ...(cut ? [`a line of more than ${maxCharacters} characters was cut`] : []),
      ];
      // Whoever wrote the file, it was not the person who speaks here.
      return {
        content: {
          path: name,
          text: text.join("\n"),
          from: offset,
          lines: text.length,
          totalLines: lines.length,
          ...(notes.length > 0 ? { note: notes.join("; ") } : {}),
        },
        tainted: true,
      };
    },
  });

  const write = defineTool({
    name: "write",
    description: "Writes a whole file of the workspace, new or in place of the old one. Directories on the way are made.",
    group: "fs",
    args: Write,
    effect: "write",
    writes: "system",
    optIn: true,
    async describe({ path: wanted, content }, { turn, now }): Promise<Action> {
      const { files } = await workplace(turn);
      mustBeWritable(files);
      const name = shownPath(workspaceParts(wanted));
      const before = await factsBefore(files, name);
      return {
        title: before === null ? `Create ${name}` : `Replace ${name}`,
        lines: [`${Buffer.byteLength(content)} bytes${before === null ? "" : `, ${before.size} before`}`, excerpt(content)],
        expiresAt: now + yesCountsMs,
        subject: { path: name, before },
        facts: { path: name, exists: before !== null },
      };
    },
    async execute({ path: wanted, content }, { turn }) {
      const { files } = await workplace(turn);
      const name = shownPath(workspaceParts(wanted));
      await files.change([{ path: name, bytes: Buffer.from(content) }]);
      return { content: { path: name, bytes: Buffer.byteLength(content) } };
    },
  });

  const edit = defineTool({
    name: "edit",
    description: "Replaces one exact piece of text in a file of the workspace.",
    group: "fs",
    args: Edit,
    effect: "write",
    writes: "system",
    // Once done, the text is not there any more: a repeat would fail, or change a second place.
    repeatable: false,
    optIn: true,
    async describe({ path: wanted, oldText, newText, replaceAll = false }, { turn, now }): Promise<Action> {
      const { files } = await workplace(turn);
      mustBeWritable(files);
      const name = shownPath(workspaceParts(wanted));
      const before = await readText(files, name);
      const { places } = replaced(name, before, oldText, newText, replaceAll);
      return {
        title: `Change ${name}`,
        lines: [`- ${excerpt(oldText)}`, `+ ${excerpt(newText)}`, ...(places > 1 ? [`${places} places`] : [])],
        expiresAt: now + yesCountsMs,
        subject: { path: name, before: fingerprint(before) },
        facts: { path: name, exists: true },
      };
    },
    async execute({ path: wanted, oldText, newText, replaceAll = false }, { turn }) {
      const { files } = await workplace(turn);
      const name = shownPath(workspaceParts(wanted));
      const { text, places } = replaced(name, await readText(files, name), oldText, newText, replaceAll);
      await files.change([{ path: name, bytes: Buffer.from(text) }]);
      return { content: { path: name, replaced: places } };
    },
  });

  return [read, write, edit, patchTool({ workplace })];
}

function mustBeWritable({ writable }: Workplace["files"]): void {
  if (!writable) throw new TravelAgentError("FORBIDDEN", "the workspace is read-only here: ask an operator to set workspaceAccess to rw");
}

const unlessDirectory = (error: unknown): undefined => {
  if (TravelAgentError.is(error, "INVALID_REQUEST") && error.message.endsWith("is a directory")) return undefined;
  throw error;
};

async function factsBefore(files: Workplace["files"], name: string): Promise<{ size: number; hash: string } | null> {
  try {
    const { bytes, size } = await files.read(name, maxEditBytes);
    return { size, hash: fingerprint(bytes) };
  } catch (error) {
    if (TravelAgentError.is(error, "NOT_FOUND")) return null;
    throw error;
  }
}

function replaced(name: string, text: string, oldText: string, newText: string, all: boolean): { text: string; places: number } {
  const places = text.split(oldText).length - 1;
  if (places === 0) throw new TravelAgentError("CONFLICT", `${name} does not have this text: read the file again and give it exactly, with its spaces`);
  if (places > 1 && !all)
    throw new TravelAgentError("CONFLICT", `${name} has this text ${places} times: give more of what stands around it, or set replaceAll`);
  return { text: text.split(oldText).join(newText), places };
}
