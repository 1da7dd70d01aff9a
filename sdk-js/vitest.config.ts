import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Examples name the package as whoever copies them does. */
const alias = [
  { find: /^satchel$/, replacement: at("src/index.ts") },
  { find: /^satchel\/(.*)$/, replacement: at("src/$1/index.ts") },
];

export default defineConfig({ resolve: { alias }, test: { include: ["tests/**/*.test.ts"], testTimeout: 20_000 } });
