import { readFileSync } from "node:fs";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";

let files: Map<string, string>;

beforeAll(async () => {
  const result = await build({ logLevel: "silent", build: { write: false } });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput;
  files = new Map(output.map((file) => [file.fileName, file.type === "chunk" ? file.code : String(file.source)]));
}, 60_000);

test("the names that other parts rely on are there", () => {
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([
      "index.html",
      "demo.html",
      "pages.css",
      "consent.js",
      "passkey.js",
      "password.js",
      "proof.js",
    ]),
  );
  expect(readFileSync("public/logo.svg", "utf8")).toContain("<svg");
});

test("everything else is named by its content and lies under /static/assets", () => {
  const rest = [...files.keys()].filter(
    (name) => !/^(index\.html|demo\.html|pages\.css|consent\.js|passkey\.js|password\.js|proof\.js)$/.test(name),
  );
  expect(rest.filter((name) => !/^assets\/[\w.-]+-[\w-]{8}\.(js|css)$/.test(name))).toEqual([]);
});

test("a strict content policy holds: no script or style in the pages, none in the markup the scripts make", () => {
  for (const page of ["index.html", "demo.html"]) {
    const html = files.get(page) ?? "";
    expect(html).toMatch(/<script type="module"[^>]*src="\/static\//);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  }
  expect(files.get("consent.js")).not.toMatch(/\bimport\b/);
});

test("the lists of usual passwords are loaded where one is judged, not with the page", () => {
  for (const [name, text] of files) {
    if (!name.endsWith(".js") || text.length > 100_000) continue;
    expect(text.match(/(?:from|import)\s*"[^"]*\/dist-[^"]*"/g) ?? [], name).toEqual([]);
  }
});

test("nothing is asked of any other server", () => {
  for (const [name, text] of files) {
    expect(text.match(/url\(\s*["']?(?:https?:)?\/\/[^)]*\)|@import/g) ?? [], name).toEqual([]);
    expect(text.match(/(?:src|srcset)="https?:[^"]*"/g) ?? [], name).toEqual([]);
  }
});
