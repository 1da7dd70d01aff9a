import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

async function gzippedBytes(code: string): Promise<number> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: true, rolldownOptions: { input: "entry" } },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? "\0entry.js" : undefined),
        load: (id) =>
          id === "\0entry.js"
            ? code.replaceAll("satchel", new URL("../src/index.ts", import.meta.url).pathname)
            : undefined,
      },
    ],
  });
  const output = Array.isArray(result) ? result[0] : result;
  if (!output || !("output" in output)) throw new Error("the bundler gave nothing");
  const chunks = output.output.flatMap((file) => (file.type === "chunk" ? [file.code] : []));
  return gzipSync(chunks.join("")).length;
}

test("the client for the extension is under 4 kB gzipped, all of the core under 10 kB", async () => {
  const core = await gzippedBytes('import { createClient } from "satchel"; globalThis.x = createClient;');
  const all = await gzippedBytes('import * as all from "satchel"; globalThis.x = all;');
  expect(core).toBeGreaterThan(500);
  expect(core).toBeLessThan(4096);
  expect(all).toBeLessThan(10_240);
});

test("the package brings nothing along", () => {
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest).not.toHaveProperty("peerDependencies");
});
