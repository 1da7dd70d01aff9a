import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zip } from "wxt";

const BUILD_MS = 240_000;
const root = resolve(import.meta.dirname, "../..");
let folder: string;

beforeAll(async () => {
  process.env["NODE_ENV"] = "production"; // as `npm run zip` has it; vitest says "test"
  folder = await mkdtemp(join(tmpdir(), "satchel-store-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Builds and packs as `npm run zip` does, beside the build that browsers have loaded. */
async function packed(browser: "chrome" | "firefox", name: string, from = root) {
  const outDir = join(folder, name);
  const files = await zip({ root: from, browser, manifestVersion: 3, outDir, logger: silent });
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

/** Lays out the sources that go to the store's reviewers, elsewhere, with the packages that `npm ci` would bring. */
async function unpacked(sources: string): Promise<string> {
  const place = join(folder, "reviewer");
  await promisify(execFile)("python3", ["-m", "zipfile", "-e", sources, place]);
  await symlink(join(root, "node_modules"), join(place, "extension/node_modules"));
  return join(place, "extension");
}

/** What Mozilla's own linter, the one behind `web-ext lint`, says of a package: errors, warnings and notices alike. */
async function complaintsAbout(file: string): Promise<string[]> {
  const linter = join(root, "node_modules/.bin/addons-linter");
  const running = promisify(execFile)(linter, [file, "--output", "json"]).catch((ended: { stdout: string }) => ended);
  const { errors, warnings, notices } = JSON.parse((await running).stdout) as Record<string, Complaint[]>;
  return [errors, warnings, notices].flatMap((found = []) => found.map(({ code, message }) => `${code}: ${message}`));
}

/** What a person is asked to grant, and what is said to leave the browser, that the privacy text does not name. */
async function unexplained(manifest: Record<string, unknown>): Promise<string[]> {
  const text = await readFile(join(root, "../docs/explanation/privacy.md"), "utf8");
  const { gecko } = (manifest["browser_specific_settings"] ?? {}) as { gecko?: { data_collection_permissions: Named } };
  const asked = [
    manifest["permissions"],
    manifest["optional_permissions"],
    gecko?.data_collection_permissions.required,
  ];
  return (asked as (string[] | undefined)[]).flatMap((names = []) =>
    names.filter((name) => !text.includes(`\`${name}\``)),
  );
}

interface Named {
  required: string[];
}

interface Complaint {
  code: string;
  message: string;
}

/** Preact's `dangerouslySetInnerHTML`, which nothing of ours uses: `tests/architecture/test_words.py` looks. */
const EXCUSED = ["UNSAFE_VAR_ASSIGNMENT: Unsafe assignment to innerHTML"];

const quiet = () => undefined;
const silent = {
  ...{ debug: quiet, log: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet, success: quiet },
  level: 0,
};

let sources: { file: string; hash: string };

describe.each([
  [
    "chrome",
    ["storage", "alarms", "identity", "notifications", "contextMenus", "sidePanel"],
    ["scripting", "offscreen"],
    1,
  ],
  ["firefox", ["storage", "alarms", "identity", "notifications", "contextMenus"], ["scripting"], 2],
] as const)("the package for %s", (browser, permissions, optional, count) => {
  it(
    "is the same to the byte when it is built again, asks for no more than it needs, and passes the store's linter",
    async () => {
      const first = await packed(browser, `${browser}-1`);
      const second = await packed(browser, `${browser}-2`);
      expect(first.files).toHaveLength(count);
      expect(second.hashes).toEqual(first.hashes);
      const { manifest } = first;
      expect(manifest["permissions"]).toEqual(permissions);
      expect(manifest["optional_permissions"]).toEqual(optional);
      expect(manifest["host_permissions"]).toBeUndefined();
      expect(manifest["externally_connectable"]).toBeUndefined();
      expect(manifest["web_accessible_resources"]).toBeUndefined();
      expect(await unexplained(manifest)).toEqual([]);
      const { extension_pages: policy } = manifest["content_security_policy"] as { extension_pages: string };
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain("unsafe");
      if (browser === "firefox") expect(await complaintsAbout(first.files[0] as string)).toEqual(EXCUSED);
      if (browser === "firefox") sources = { file: first.files[1] as string, hash: first.hashes[0] as string };
    },
    BUILD_MS,
  );
});

it(
  "the package for firefox is the same to the byte when a reviewer builds it from the sources that go with it",
  async () => {
    const { hashes } = await packed("firefox", "reviewed", await unpacked(sources.file));
    expect(hashes[0]).toBe(sources.hash);
  },
  BUILD_MS,
);
