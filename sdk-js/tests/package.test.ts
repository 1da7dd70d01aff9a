import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "vite";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

/** How much a page loads before anything is asked; what is loaded on need is not in it. Without the bundler's own helper for preloading. */
async function gzippedBytes(code: string): Promise<number> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: true, ssr: true, rolldownOptions: { input: "entry" } },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? "\0entry.js" : undefined),
        load: (id) =>
          id === "\0entry.js"
            ? code.replaceAll('"satchel"', JSON.stringify(new URL("../src/index.ts", import.meta.url).pathname))
            : undefined,
      },
    ],
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !("output" in output)) throw new Error("the bundler gave nothing");
  const chunks = output.output.filter((file) => file.type === "chunk");
  const entry = chunks.find(({ isEntry }) => isEntry);
  const atOnce = chunks.filter((one) => one === entry || entry?.imports.includes(one.fileName));
  return gzipSync(atOnce.map(({ code: written }) => written).join("")).length;
}

test("the client for the extension is under 4 kB gzipped, all of the core under 10 kB, but for what is loaded on need", async () => {
  const core = await gzippedBytes('import { createClient } from "satchel"; globalThis.x = createClient;');
  const all = await gzippedBytes('import * as all from "satchel"; globalThis.x = all;');
  expect(core).toBeGreaterThan(500);
  expect(core).toBeLessThan(4_000);
  expect(all).toBeGreaterThan(core);
  expect(all).toBeLessThan(10_000);
});

test("the built-in objects are under 15.5 kB gzipped, with the transport they use by default", async () => {
  const polyfill = new URL("../src/polyfill/index.ts", import.meta.url).pathname;
  expect(await gzippedBytes(`import { polyfill } from "${polyfill}"; globalThis.x = polyfill;`)).toBeLessThan(15_500);
});

test("the package brings nothing along, and asks for peers only where their face is used", () => {
  expect(manifest).not.toHaveProperty("dependencies");
  const optional = Object.entries(manifest.peerDependenciesMeta).filter(([, { optional: is }]) => is);
  expect(optional.map(([name]) => name).sort()).toEqual(Object.keys(manifest.peerDependencies).sort());
});

const ROOT = fileURLToPath(new URL("..", import.meta.url));
let built = "";
beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), "satchel-"));
  for (const name of ["package.json", "README.md", "LICENSE"]) cpSync(join(ROOT, name), join(built, name));
  execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), join(built, "dist")]);
}, 60_000);
afterAll(() => rmSync(built, { recursive: true }));

test("publint finds nothing to say about what would be published", async () => {
  const { messages } = await publint({ pkgDir: built, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
});

test("are-the-types-wrong finds every entry right, or it ends with an error", () => {
  const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const arguments_ = [attw, "--pack", built, "--profile", "esm-only", "--format", "ascii", "--no-color", "--no-emoji"];
  const told = execFileSync(process.execPath, arguments_, {
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  expect(told.match(/node16 \(from ESM\): OK/g)).toHaveLength(Object.keys(manifest.exports).length);
}, 60_000);

test("every entry can be imported where there is no window", () => {
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith(".json"));
  const imports = entries.map((entry) => `await import(${JSON.stringify(entry.replace(".", "satchel"))});`);
  const script = `${imports.join("\n")}\nconsole.log("all", ${entries.length});`;
  cpSync(join(ROOT, "node_modules/react"), join(built, "node_modules/react"), { recursive: true });
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: built, encoding: "utf8" });
  expect(told.trim()).toBe(`all ${Object.keys(manifest.exports).length - 1}`);
});

const TYPES = '/// <reference types="satchel/types" />';
const LEGACY = 'import "satchel/legacy";';
const TODAY =
  'export const ask: typeof fetch = window.ai.fetch, text: PromiseLike<{ text: string }> = window.ai.chat("Hi");';
const OF_2023 = 'export const texts: Promise<object[]> = window.ai.generateText({ prompt: "Hi" });';
test.each([
  ["satchel/types", [TYPES, TODAY]],
  ["satchel/legacy", [LEGACY, OF_2023]],
  ["both together", [TYPES, LEGACY, TODAY, OF_2023]],
])("a page's compiler knows window.ai by %s, without skipping our declarations", (_, lines) => {
  const page = mkdtempSync(join(tmpdir(), "satchel-page-"));
  onTestFinished(() => rmSync(page, { recursive: true }));
  mkdirSync(join(page, "node_modules"));
  symlinkSync(built, join(page, "node_modules/satchel"), "junction");
  writeFileSync(join(page, "page.mts"), lines.join("\n"));
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--lib", "es2023,dom,dom.iterable", "--types", ""];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, "page.mts"], { cwd: page, encoding: "utf8" });
  expect(stdout).toBe("");
});

test("the reference of the exports is what the declarations say", () => {
  const script = join(ROOT, "scripts/reference.mjs");
  const said = execFileSync(process.execPath, [script, "--print", join(built, "dist")], { encoding: "utf8" });
  expect(said).toMatch(/^### `createClient`$/m);
  expect(said === readFileSync(join(ROOT, "../docs/reference/sdk.md"), "utf8"), "run `npm run reference`").toBe(true);
});
