// Bundles page.ts into the folder named, with the pages that load it: `bundle.mjs FOLDER SERVER`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const [folder, server] = process.argv.slice(2);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  configFile: false,
  root: at("../.."),
  logLevel: "error",
  resolve: {
    alias: [
      { find: /^satchel$/, replacement: at("../../src/index.ts") },
      { find: /^satchel\/(.*)$/, replacement: at("../../src/$1/index.ts") },
    ],
  },
  build: { outDir: folder, emptyOutDir: false, lib: { entry: at("page.ts"), formats: ["es"], fileName: "page" } },
});
for (const name of ["popup.html", "redirect.html"]) {
  const meta = `<meta charset="utf-8"><meta name="server" content="${server}">`;
  const page = `<!doctype html><html lang="en"><title>A page without the extension</title>${meta}<body><script type="module" src="page.js"></script>`;
  writeFileSync(join(folder, name), page);
}
