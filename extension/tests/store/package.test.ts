import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zip } from "wxt";

const BUILD_MS = 240_000;
const root = resolve(import.meta.dirname, "../..");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "satchel-store-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Builds and packs as `npm run zip` does, beside the build that browsers have loaded. */
async function packed(browser: "chrome" | "firefox", name: string) {
  const outDir = join(folder, name);
  const files = await zip({ root, browser, manifestVersion: 3, outDir, logger: silent });
  const hashes = await Promise.all(
    files.map(async (file) =>
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    ),
  );
  const manifest = JSON.parse(await readFile(join(outDir, `${browser}-mv3`, "manifest.json"), "utf8"));
  return { hashes, manifest: manifest as Record<string, unknown>, files };
}

const quiet = () => undefined;
const silent = {
  ...{ debug: quiet, log: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet, success: quiet },
  level: 0,
};

describe.each([
  ["chrome", ["storage", "alarms", "identity", "notifications", "contextMenus", "sidePanel"], 1],
  ["firefox", ["storage", "alarms", "identity", "notifications", "contextMenus"], 2],
] as const)("the package for %s", (browser, permissions, count) => {
  it(
    "is the same to the byte when it is built again, and asks for no more than it needs",
    async () => {
      const first = await packed(browser, `${browser}-1`);
      const second = await packed(browser, `${browser}-2`);
      expect(first.files).toHaveLength(count);
      expect(second.hashes).toEqual(first.hashes);
      const { manifest } = first;
      expect(manifest["permissions"]).toEqual(permissions);
      expect(manifest["optional_permissions"]).toEqual(["scripting"]);
      expect(manifest["host_permissions"]).toBeUndefined();
      expect(manifest["externally_connectable"]).toBeUndefined();
      expect(manifest["web_accessible_resources"]).toBeUndefined();
      const { extension_pages: policy } = manifest["content_security_policy"] as { extension_pages: string };
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain("unsafe");
    },
    BUILD_MS,
  );
});
