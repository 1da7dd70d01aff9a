// Print the words that the TSX files named show without asking `t`, one JSON object a line: {file, line, words}.
// Code is no language: what lies in an element of the class `mono` or `kbd` is left out.
import { readFileSync } from "node:fs";
import { parse } from "@babel/parser";

const SHOWN = new Set(["title", "label", "placeholder", "alt", "hint", "aria-label", "aria-description"]);
const LETTER = /\p{Letter}/u;

for (const file of process.argv.slice(2)) {
  const { program } = parse(readFileSync(file, "utf8"), { sourceType: "module", plugins: ["typescript", "jsx"] });
  visit(program, false, (node, words) => {
    if (LETTER.test(words))
      process.stdout.write(`${JSON.stringify({ file, line: node.loc.start.line, words: words.trim() })}\n`);
  });
}

/** `shown` says whether a text that stands here is one that people read. */
function visit(node, shown, found) {
  if (isCode(node) || (node.type === "CallExpression" && shown)) return;
  if (node.type === "JSXText") found(node, node.value);
  if (shown && node.type === "StringLiteral") found(node, node.value);
  if (shown && node.type === "TemplateElement") found(node, node.value.cooked);
  for (const child of childrenOf(node)) visit(child, isShown(node, child, shown), found);
}

function isShown(node, child, shown) {
  if (node.type === "JSXElement" || node.type === "JSXFragment") return child.type === "JSXExpressionContainer";
  if (node.type === "JSXAttribute") return child === node.value && SHOWN.has(nameOf(node));
  if (node.type === "ConditionalExpression") return shown && child !== node.test;
  if (node.type === "LogicalExpression") return shown && child !== node.left;
  return shown && ["JSXExpressionContainer", "TemplateLiteral"].includes(node.type);
}

function isCode(node) {
  if (node.type !== "JSXElement") return false;
  const named = node.openingElement.attributes.find((each) => each.name?.name === "class")?.value?.value ?? "";
  return named.split(" ").some((name) => name === "mono" || name === "kbd");
}

function nameOf({ name }) {
  return name.name?.name ?? name.name;
}

function childrenOf(node) {
  const values = Object.entries(node).filter(([key]) => !key.endsWith("Comments") && key !== "loc");
  return values.flatMap(([, value]) => value).filter((value) => typeof value?.type === "string");
}
