import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Entries that server-rendered pages name literally; everything else gets its hash. */
const FIXED = new Set(["pages", "consent"]);

/** Builds into the portal door, which serves the result under /static. */
export default defineConfig({
  base: "/static/",
  resolve: {
    dedupe: ["preact"],
    alias: {
      "@ui": at("../../extension/src/ui"),
      "@wire": at("../../extension/src/wire"),
      satchel: at("../../sdk-js/src/index.ts"),
    },
  },
  build: {
    outDir: at("../satchel/doors/portal/static"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: at("index.html"),
        demo: at("demo.html"),
        consent: at("src/pages/consent.ts"),
        pages: at("src/pages/pages.css"),
      },
      output: {
        entryFileNames: ({ name }) => (FIXED.has(name) ? "[name].js" : "assets/[name]-[hash].js"),
        assetFileNames: ({ names }) => (names.includes("pages.css") ? "pages.css" : "assets/[name]-[hash][extname]"),
      },
    },
  },
  server: { proxy: { "/portal/api": "http://127.0.0.1:8787", "/v1": "http://127.0.0.1:8787" } },
  test: { include: ["tests/**/*.test.{ts,tsx}"] },
});
