import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * The public names of every package, read from its built declarations and compared with `docs/api/<package>.txt`: a name that
 * comes or goes shows in a change. `--write` accepts what is there.
 */
const root = join(import.meta.dirname, "..");
const write = process.argv.includes("--write");
const problems: string[] = [];

const namesOf = (program: ts.Program, file: string): string[] => {
  const source = program.getSourceFile(file);
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
  if (!symbol) return [];
  const checker = program.getTypeChecker();
  return checker
    .getExportsOfModule(symbol)
    .map((exported) => {
      const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      return `${target.flags & ts.SymbolFlags.Value ? "value" : "type "} ${exported.name}`;
    })
    .sort();
};

for (const name of readdirSync(join(root, "packages"))) {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { exports: Record<string, { types: string } | string> };
  // A plain file, such as a schema, has no names.
  const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [[path, join(folder, target.types)] as const],
  );
  const program = ts.createProgram({
    rootNames: entries.map(([, file]) => file),
    options: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, skipLibCheck: true, types: [] },
  });
  const report = entries.map(([path, file]) => [`${path}`, ...namesOf(program, file).map((line) => `  ${line}`)].join("\n")).join("\n\n");
  const target = join(root, "docs/api", `${name}.txt`);
  if (write) {
    mkdirSync(join(root, "docs/api"), { recursive: true });
    writeFileSync(target, `${report}\n`);
  } else if (!existsSync(target) || readFileSync(target, "utf8").trimEnd() !== report) problems.push(name);
}
if (problems.length > 0) {
  console.error(`the public names of ${problems.join(", ")} changed: if that is meant, run node scripts/check-api.ts --write and commit docs/api`);
  process.exitCode = 1;
}
