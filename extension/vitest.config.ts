import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";
import { WxtVitest } from "wxt/testing/vitest-plugin";

export default defineConfig({
  plugins: [preact(), WxtVitest()],
  test: { include: ["tests/**/*.test.{ts,tsx}"], environment: "node" },
});
