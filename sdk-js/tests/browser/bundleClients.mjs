// Bundles clients.mjs and React's page with npm packages as they are into the folder named: `bundleClients.mjs FOLDER`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const [folder] = process.argv.slice(2);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const unmodified = at("../../../tests/e2e/node");

await build({
  configFile: false,
  root: at("../.."),
  logLevel: "error",
  define: { "process.env.NODE_ENV": '"production"' },
  resolve: {
    alias: [
      { find: /^satchel$/, replacement: at("../../src/index.ts") },
      { find: /^satchel\/(.*)$/, replacement: at("../../src/$1/index.ts") },
      { find: /^(window\.ai.*)$/, replacement: `${unmodified}/node_modules/$1/dist/index.js` },
      { find: /^window-ai-react$/, replacement: `${unmodified}/node_modules/window-ai-react/dist/index.js` },
      { find: /^(react|react-dom)-18/, replacement: `${unmodified}/node_modules/$1` },
      { find: "@ai-sdk/react", replacement: `${unmodified}/node_modules/@ai-sdk/react/dist/index.js` },
      { find: /^(@langchain\/(core\/tools|openai))$/, replacement: `${unmodified}/node_modules/$1` },
      { find: "@browser-ai/core", replacement: `${unmodified}/ai-6/node_modules/@browser-ai/core/dist/index.mjs` },
      { find: "ai-6", replacement: `${unmodified}/ai-6/node_modules/ai/dist/index.mjs` },
    ],
  },
  build: {
    outDir: folder,
    emptyOutDir: false,
    lib: { entry: at("clients.mjs"), formats: ["es"], fileName: "clients" },
  },
});
writeFileSync(
  join(folder, "clients.html"),
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Unmodified clients</title><div id="react"></div><script type="module" src="clients.js"></script>`,
);
