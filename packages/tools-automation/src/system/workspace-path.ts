import { TravelAgentError } from "@travelagent/protocol";

const refuse = (path: string, why: string): never => {
  throw new TravelAgentError("SCOPE_VIOLATION", `"${path.slice(0, 120)}" ${why}: give a path below the workspace, such as notes/plan.md`);
};

/**
 * A path from a model as the names of its parts below the workspace; none for the workspace itself. Takes what means the same on
 * every system, and nothing else. Raises `SCOPE_VIOLATION`. Pure: what is on the disk is the root's to check.
 */
export function workspaceParts(path: string): string[] {
  if (path.length > 1000) refuse(path, "is too long");
  if (/\p{Cc}/u.test(path)) refuse(path, "has control characters in it");
  if (path.includes("\\")) refuse(path, "has a backslash in it");
  if (path.startsWith("/")) refuse(path, "is an absolute path");
  if (/^[A-Za-z]:/.test(path) || /^[A-Za-z][\w+.-]*:\/\//.test(path)) refuse(path, "names a drive or an address");
  if (path.startsWith("~")) refuse(path, "starts at a home directory");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  for (const part of parts) {
    if (part === "..") refuse(path, "leads out of the workspace");
    // On some systems "a." and "a " are "a", and "a:b" is a stream behind "a".
    if (/[. ]$/.test(part) || part.startsWith(" ")) refuse(path, "has a part that ends with a dot or a space");
    if (part.includes(":")) refuse(path, "has a colon in it");
    if (Buffer.byteLength(part) > 255) refuse(path, "has a part that is too long");
  }
  return parts;
}

export const shownPath = (parts: readonly string[]): string => (parts.length === 0 ? "." : parts.join("/"));
