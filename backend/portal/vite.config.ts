import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Entries that server-rendered pages name literally; everything else gets its hash. */
const FIXED = new Set(["pages", "consent", "passkey", "password", "proof"]);

const PROVIDER_FIELDS = ["id", "name", "base_url", "needs_key", "local", "key_page"];

/** Lets the portal import the backend's table of providers, so that a new row there needs no edit here. */
const providerRows: Plugin = {
  name: "provider-rows",
  transform(code, id) {
    if (!id.endsWith("providers.toml")) return undefined;
    const { providers } = parse(code) as { providers: Record<string, unknown>[] };
    const rows = providers.map((row) =>
      Object.fromEntries(PROVIDER_FIELDS.filter((field) => field in row).map((field) => [field, row[field]])),
    );
    return { code: `export const providers = ${JSON.stringify(rows)};`, map: null };
  },
};

/** Builds into the portal door, which serves the result under /static. */
export default defineConfig({
  base: "/static/",
  plugins: [providerRows],
  resolve: {
    dedupe: ["preact", "tldts", "@noble/hashes", "@hpke/core"],
    alias: {
      "@ui": at("../../extension/src/ui"),
      "@data": at("../satchel/data"),
      "@vault": at("../../extension/src/vault"),
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
        passkey: at("src/pages/passkey.ts"),
        password: at("src/pages/password.ts"),
        proof: at("src/pages/proof.ts"),
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
