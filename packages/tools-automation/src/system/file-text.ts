import { createHash } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { FileSystemRoot } from "./file-root.ts";

/** Largest file that is changed here. */
export const maxEditBytes = 5_000_000;

/** A whole file as text. Raises `INVALID_REQUEST` for one that is no UTF-8 text: putting it back would change it. */
export async function readText(files: FileSystemRoot, path: string): Promise<string> {
  const { bytes, size } = await files.read(path, maxEditBytes);
  if (size > maxEditBytes) throw new TravelAgentError("PAYLOAD_TOO_LARGE", `${path} has ${size} bytes; files up to ${maxEditBytes} can be changed here`);
  return textOf(bytes, path);
}

export function textOf(bytes: Buffer, path: string): string {
  try {
    if (bytes.includes(0)) throw new Error("binary");
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", `${path} is no text file`);
  }
}

export const fingerprint = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** The beginning, for a person who is to say yes. */
export const excerpt = (text: string, characters = 600): string =>
  text.length <= characters ? text : `${text.slice(0, characters)}… (${text.length} characters)`;
