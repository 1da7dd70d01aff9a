import type { Token } from "markdown-it";
import type { MarkdownNode, MarkdownTag } from "./markdown-node";
import { safeLink } from "./safe-link";

/** What is nested deeper is drawn at this depth. */
const DEEPEST = 40;
const TAGS: ReadonlySet<string> = new Set<MarkdownTag>([
  ...(["p", "blockquote", "li", "strong", "em", "s", "table", "thead", "tbody", "tr"] as const),
]);
const ALIGNED = { "text-align:center": "center", "text-align:right": "end" } as const;

/** Makes a tree of the reader's flat tokens, which open and close in pairs. Of a token only what is named here is looked at. */
export function markdownTree(tokens: readonly Token[]): MarkdownNode[] {
  const root: MarkdownNode[] = [];
  const path = [root];
  let tooDeep = 0;
  for (const token of tokens) {
    const here = path.at(-1) ?? root;
    if (token.nesting === 0) here.push(...leafOf(token, path.length));
    else if (token.nesting === -1) tooDeep > 0 ? tooDeep-- : path.pop();
    else if (path.length >= DEEPEST) tooDeep++;
    else path.push(opened(token, here));
  }
  return root;
}

/** Adds what a token opens, and returns where its children go. The paragraphs of a tight list are none. */
function opened(token: Token, here: MarkdownNode[]): MarkdownNode[] {
  if (token.hidden) return here;
  const node = elementOf(token);
  here.push(node);
  return node.children;
}

function elementOf(token: Token): Extract<MarkdownNode, { children: unknown }> {
  const { type, tag } = token;
  const children: MarkdownNode[] = [];
  if (type === "link_open") {
    const link = safeLink(String(token.attrGet("href")));
    return link === null ? { kind: "element", tag: "span", children } : { kind: "link", ...link, children };
  }
  if (tag === "ul") return { kind: "list", start: null, children };
  if (tag === "ol") return { kind: "list", start: Number(token.attrGet("start") ?? 1), children };
  if (tag === "th" || tag === "td") {
    const style = token.attrGet("style") as keyof typeof ALIGNED;
    return { kind: "cell", tag, align: ALIGNED[style] ?? "start", children };
  }
  if (type === "heading_open") return { kind: "heading", level: Number(tag.slice(1)), children };
  return { kind: "element", tag: TAGS.has(tag) ? (tag as MarkdownTag) : "span", children };
}

function leafOf(token: Token, depth: number): MarkdownNode[] {
  const { content: text } = token;
  switch (token.type) {
    case "inline":
      return depth >= DEEPEST ? [{ kind: "text", text }] : markdownTree(token.children ?? []);
    case "code_inline":
      return [{ kind: "code", text }];
    case "fence":
    case "code_block":
      return [{ kind: "fence", language: token.info.trim().split(/\s+/)[0] ?? "", text }];
    case "image":
      return [{ kind: "picture", alt: text, link: safeLink(String(token.attrGet("src"))) }];
    case "hardbreak":
    case "softbreak":
      return [{ kind: "break" }];
    case "hr":
      return [{ kind: "rule" }];
    default:
      return text === "" ? [] : [{ kind: "text", text }];
  }
}
