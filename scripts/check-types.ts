import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Types of everything in one program: what packages share is read once instead of thirty times. The settings are those of each package's own
 * `typecheck`; the web pages are another program, since they run in browsers. What did not change since the last time is not checked again.
 */
const root = join(import.meta.dirname, "..");
let ok = true;
for (const project of [".", "apps/web"]) {
  const { status } = spawnSync(process.execPath, ["--max-old-space-size=6144", join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", project], {
    cwd: root,
    stdio: "inherit",
  });
  ok = status === 0 && ok;
}
process.exit(ok ? 0 : 1);
