import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXAMPLES = readdirSync(join(ROOT, "examples"));

test("every example is right by its types, as a developer copies it", () => {
  expect(JSON.parse(readFileSync(join(ROOT, "tsconfig.json"), "utf8")).include).toContain("examples");
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "--noEmit", "-p", ROOT]); // throws where one is wrong
}, 60_000);

test("the README leads to every example, and begins with three lines that are one of them", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  for (const name of EXAMPLES) expect(readme).toContain(`(examples/${name})`);
  const [, start = ""] = /```js\n(.*?)```/s.exec(readme) ?? [];
  expect(start.split("\n").filter(Boolean)).toHaveLength(3);
});
