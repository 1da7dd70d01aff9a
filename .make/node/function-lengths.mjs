// Print every function of the TypeScript files named, one JSON object a line: {file, line, name, lines}.
// Lines that lie wholly inside a JSX element are markup and not counted, nor are the suites of tests (`describe`).
import { readFileSync } from "node:fs";
import { parse } from "@babel/parser";

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
]);

for (const file of process.argv.slice(2)) {
  const plugins = file.endsWith(".ts") ? ["typescript"] : ["typescript", "jsx"];
  const { program } = parse(readFileSync(file, "utf8"), { sourceType: "module", plugins });
  visit(program, undefined, (node, parent) => {
    if (!FUNCTIONS.has(node.type) || isSuite(node, parent)) return;
    const { start, end } = node.loc;
    const lines = end.line - start.line + 1 - markupLines(node);
    process.stdout.write(
      `${JSON.stringify({ file, line: start.line, name: nameOf(node, parent), lines })}\n`,
    );
  });
}

function visit(node, parent, seen) {
  seen(node, parent);
  for (const child of childrenOf(node)) visit(child, node, seen);
}

function childrenOf(node) {
  const values = Object.entries(node).filter(([key]) => !key.endsWith("Comments") && key !== "loc");
  return values.flatMap(([, value]) => value).filter((value) => typeof value?.type === "string");
}

/** The lines of the outermost JSX elements in a function, their first lines left to the function. */
function markupLines(node) {
  if (node.type === "JSXElement" || node.type === "JSXFragment")
    return node.loc.end.line - node.loc.start.line;
  return childrenOf(node).reduce((sum, child) => sum + markupLines(child), 0);
}

function isSuite(node, parent) {
  if (parent?.type !== "CallExpression" || !parent.arguments.includes(node)) return false;
  let callee = parent.callee;
  while (callee.type !== "Identifier") {
    callee = callee.object ?? callee.callee ?? callee.tag;
    if (!callee) return false;
  }
  return callee.name === "describe";
}

function nameOf(node, parent) {
  const named = node.id ?? node.key ?? parent?.id ?? parent?.key ?? parent?.left ?? parent?.callee;
  return named?.name ?? named?.property?.name ?? named?.id?.name ?? "(anonymous)";
}
