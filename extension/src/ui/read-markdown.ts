import MarkdownIt from "markdown-it";
import type { MarkdownNode } from "./markdown-node";
import { markdownTree } from "./markdown-tree";

/** A block of an answer, and where in the text it begins. */
export interface MarkdownBlock {
  node: MarkdownNode;
  line: number;
}

const reader = new MarkdownIt({ html: false, linkify: true, typographer: false });
/** What is nested deeper than a hundred times the library leaves out. */
const TOO_DEEP = 98;
reader.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

/** Reads Markdown into blocks; whatever is no Markdown is text. Never throws, and takes about as long as the text is. */
export function readMarkdown(text: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const tokens = reader.parse(text, {});
  let from = 0;
  tokens.forEach(({ level, nesting }, at) => {
    if (level !== 0 || nesting === 1) return;
    const block = tokens.slice(from, at + 1);
    const [line, end] = block[0]?.map ?? [0, 0];
    if (block.some(({ level }) => level >= TOO_DEEP)) blocks.push({ node: asItIs(text, line, end), line });
    else for (const node of markdownTree(block)) blocks.push({ node, line });
    from = at + 1;
  });
  return blocks;
}

function asItIs(text: string, line: number, end: number): MarkdownNode {
  const lines = text.split(/\r\n?|\n/).slice(line, end);
  return { kind: "fence", language: "", text: lines.join("\n") };
}
