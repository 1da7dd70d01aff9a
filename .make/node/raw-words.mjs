// Print the words that the files named show without asking `t`, one JSON object a line: {file, line, words}.
// Shown is what stands in an element, under a name that people read (a title, a label), or in a failure that has no code by which it
// is said in another language. Code is no language: what lies in an element of the class `mono` or `kbd` is left out.
import { readFileSync } from "node:fs";
import { parse } from "@babel/parser";

const SHOWN = new Set(["title", "label", "placeholder", "alt", "hint", "aria-label", "aria-description"]);
const LETTER = /\p{Letter}/u;

for (const file of process.argv.slice(2)) {
  const plugins = file.endsWith(".tsx") ? ["typescript", "jsx"] : ["typescript"];
  const { program } = parse(readFileSync(file, "utf8"), { sourceType: "module", plugins });
  const constants = constantsOf(program);
  const found = (node, words) => {
    if (LETTER.test(words))
      process.stdout.write(`${JSON.stringify({ file, line: node.loc.start.line, words: words.trim() })}\n`);
  };
  visit(program, false, { constants, found });
}

/** `shown` says whether a text that stands here is one that people read. */
function visit(node, shown, { constants, found }) {
  if (isCode(node) || (node.type === "CallExpression" && shown)) return;
  if (node.type === "JSXText") found(node, node.value);
  if (shown && node.type === "StringLiteral") found(node, node.value);
  if (shown && node.type === "TemplateElement") found(node, node.value.cooked);
  if (shown && node.type === "Identifier" && constants.has(node.name)) {
    const rest = new Map([...constants].filter(([name]) => name !== node.name));
    visit(constants.get(node.name), true, { constants: rest, found });
  }
  for (const child of childrenOf(node)) visit(child, isShown(node, child, shown), { constants, found });
}

function isShown(node, child, shown) {
  if (node.type === "JSXElement" || node.type === "JSXFragment") return child.type === "JSXExpressionContainer";
  if (node.type === "JSXAttribute") return child === node.value && SHOWN.has(nameOf(node));
  if (node.type === "ObjectProperty") return child === node.value && SHOWN.has(node.key.name ?? node.key.value);
  if (node.type === "NewExpression") return child === node.arguments[0] && isUncodedFailure(node);
  if (node.type === "ConditionalExpression") return shown && child !== node.test;
  if (node.type === "LogicalExpression") return shown && child !== node.left;
  return shown && ["JSXExpressionContainer", "TemplateLiteral"].includes(node.type);
}

/** A failure is caught and shown somewhere; only one with a code is said in every language. */
function isUncodedFailure({ callee, arguments: [, facts] }) {
  if (callee.name !== "WorkerFault") return /Error$/.test(callee.name ?? "");
  return facts?.properties?.some(({ key, value }) => key?.name === "code" && value?.type === "NullLiteral") ?? true;
}

/** What the constants of a file are first set to, by their names. */
function constantsOf(node, all = new Map()) {
  if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init)
    all.set(node.id.name, node.init);
  for (const child of childrenOf(node)) constantsOf(child, all);
  return all;
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
