import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { SatchelError } from "../src/errors/SatchelError.js";
import { toServerError } from "../src/errors/toServerError.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = readFileSync(`${ROOT}/../docs/reference/errors.md`, "utf8");
const HEADINGS = new Set(PAGE.matchAll(/^### `(\w+)`$/gm).map(([, code]) => code));

test("the link of every error that the SDK makes leads to a heading", () => {
  const sources = globSync("src/**/*.ts", { cwd: ROOT }).map((path) => readFileSync(`${ROOT}/${path}`, "utf8"));
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/\b(?:satchelCode|code): "(\w+)"/g)].map(([, code]) => code),
  );
  expect(codes.length).toBeGreaterThan(8);
  expect(codes.filter((code) => !HEADINGS.has(code))).toEqual([]);
});

test("every code of the server has a number of the page's, and one from the future is told as ours", () => {
  const source = readFileSync(`${ROOT}/src/frames.gen.ts`, "utf8");
  const codes = [...source.slice(source.indexOf("type ErrorCode")).matchAll(/\| "(\w+)"/g)].map(
    ([, code]) => code ?? "",
  );
  expect(codes.length).toBeGreaterThan(40);
  const numbers = codes.map((code) => (toServerError({ code, message: "x" }) as unknown as SatchelError).code);
  expect(codes.filter((code, at) => numbers[at] === -32603 && code !== "internal_error")).toEqual([]);
  expect(toServerError({ code: "from_the_future", message: "x" })).toMatchObject({ code: -32603 });
});

test("walk goes through the causes, in a circle once", () => {
  const root = new TypeError("root");
  const middle = new Error("middle", { cause: root });
  const error = new SatchelError(4900, "Away.", {}, { cause: middle });
  expect(error.walk()).toBe(root);
  expect(error.walk((cause) => cause instanceof TypeError)).toBe(root);
  expect(error.walk((cause) => cause === error)).toBe(error);
  expect(error.walk(() => false)).toBeUndefined();
  root.cause = error;
  expect(error.walk(() => false)).toBeUndefined();
});
