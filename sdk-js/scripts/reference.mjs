// Writes docs/reference/sdk.md from the built declarations, or prints it: `reference.mjs [--print] [the folder built]`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder = join(root, "dist")] = process.argv.slice(2).filter((argument) => argument !== "--print");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const HEAD = `# The SDK's exports

What the npm package \`satchel\` exports, entry by entry. Made from the declarations by \`npm run reference\` in \`sdk-js\`; do not edit.
How to use it is in its [README](../../sdk-js/README.md), what errors mean in [errors](errors.md).
`;

const page =
  HEAD +
  Object.keys(exports)
    .filter((entry) => !entry.endsWith(".json"))
    .map(section)
    .join("");
if (process.argv.includes("--print")) process.stdout.write(page);
else writeFileSync(join(root, "../docs/reference/sdk.md"), page);

/** One entry: what it is, and each of its exports. */
function section(entry) {
  const file = join(folder, entry === "." ? "index.d.ts" : `${entry}/index.d.ts`);
  const text = readFileSync(file, "utf8");
  const about = /\/\*\*(.*?)\*\//s.exec(text)?.[1] ?? "";
  const names = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]*)\.js";/gm)].flatMap(([, list, from]) =>
    list.split(",").map((name) => [name.replace("type ", "").trim(), join(dirname(file), `${from}.d.ts`)]),
  );
  const described = names.filter(([name]) => name).toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const title = entry === "." ? "satchel" : entry.replace(".", "satchel");
  const words = prose(about).replace(/^.*?`satchel[^`]*`: (.)/, (_, first) => first.toUpperCase());
  return `\n## \`${title}\`\n\n${words}\n${described.map(([name, from]) => item(name, from)).join("")}`;
}

/** One export: its words, then its declaration. */
function item(name, file) {
  const found = statements(readFileSync(file, "utf8")).filter(({ code }) =>
    new RegExp(`^export (?:declare )?(?:abstract )?(?:class|const|enum|function|interface|type) ${name}\\b`).test(code),
  );
  if (found.length === 0) throw new Error(`${name} is not declared in ${file}`);
  const words = found.map(({ comment }) => prose(comment)).find(Boolean) ?? "";
  const code = found.map((one) => one.code).join("\n");
  const shown = code.replace(/^export (?:declare )?/gm, "").replace(/^ +#private;\n/gm, "");
  return `\n### \`${name}\`\n${words && `\n${words}\n`}\n\`\`\`ts\n${shown}\n\`\`\`\n`;
}

/** The top-level statements of a declaration file, as the compiler lays them out: one begins at the margin. */
function statements(text) {
  const found = [];
  let comment = "";
  for (const block of text.split(/^(?=\/\*\*|export |declare |import |interface |type )/m)) {
    if (block.startsWith("/**")) comment = /\/\*\*(.*?)\*\//s.exec(block)?.[1] ?? "";
    else {
      found.push({ comment, code: block.trimEnd() });
      comment = "";
    }
  }
  return found;
}

/** A comment's words as Markdown; tags become lines of a list. */
function prose(comment) {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim()
    .replace(/^@(?:param|typeParam) (\w+) /gm, "- `$1`: ")
    .replace(/^@returns /gm, "- Returns ")
    .replace(/^@throws /gm, "- Throws ");
}
