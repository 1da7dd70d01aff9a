// Builds dist/, or the folder named: the ESM package, and the CommonJS copy of `satchel/legacy` that old bundlers ask for.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[2] ?? join(root, "dist");
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

rmSync(out, { recursive: true, force: true });
for (const [project, folder] of [
  ["tsconfig.build.json", out],
  ["tsconfig.cjs.json", join(out, "cjs")],
]) {
  execFileSync(process.execPath, [tsc, "-p", project, "--outDir", folder], { cwd: root, stdio: "inherit" });
}
writeFileSync(join(out, "cjs/package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
