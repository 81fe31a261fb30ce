import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** The absolute path of a program in `searchPath`, or undefined. A name with a separator in it is no name of a program. */
export async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  if (name === "" || /[\\/\0]/.test(name)) return undefined;
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat", ".com"] : [""];
  for (const directory of searchPath.split(delimiter)) {
    // An entry that is relative, or empty, would mean another program in every working directory.
    if (!isAbsolute(directory)) continue;
    for (const ending of endings) {
      const path = join(directory, name + ending);
      if (await isProgram(path)) return path;
    }
  }
  return undefined;
}

const isProgram = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) =>
      found.isFile() &&
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    () => false,
  );
