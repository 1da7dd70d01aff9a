import type { MarkdownNode } from "./markdown-node";
import { type MarkdownBlock, readMarkdown } from "./read-markdown";

/** What is longer is shown as it is from there on. */
const LONGEST = 200_000;
const LINE_END = /\r\n?|\n/g;
/** A line that may still become anything: a list, a heading, a fence, a line under a heading. */
const UNDECIDED = /^ {0,3}(?:[-=*_~`#>+|]{1,80}|\d{1,9}[.)]?) ?$/;
const TABLE_LINE = /^ {0,3}\|/;
const UNDER_THE_HEAD = /^ {0,3}\|[-:| ]{0,400}$/;

/**
 * Follows an answer as it is written: only its last block is read again, and one that has ended is the same object each time. So what
 * stands there stands still.
 */
export class MarkdownStream {
  private done: MarkdownNode[] = [];
  /** The text that has been read for good. */
  private head = "";
  private whole: { text: string; nodes: readonly MarkdownNode[] } | null = null;

  /** The blocks so far; `isWriting` tells that more may come. */
  read(text: string, isWriting: boolean): readonly MarkdownNode[] {
    const shown = text.slice(0, LONGEST);
    const rest = text.slice(LONGEST);
    const nodes = isWriting && rest === "" ? this.follow(shown) : this.readWhole(shown);
    return rest === "" ? nodes : [...nodes, { kind: "fence", language: "", text: rest }];
  }

  /** All of it at once: what is defined at the end, such as links, holds for the beginning. */
  private readWhole(text: string): readonly MarkdownNode[] {
    if (this.whole?.text !== text) this.whole = { text, nodes: readMarkdown(text).map(({ node }) => node) };
    return this.whole.nodes;
  }

  private follow(text: string): readonly MarkdownNode[] {
    if (!text.startsWith(this.head)) {
      this.head = "";
      this.done = [];
    }
    const tail = text.slice(this.head.length);
    const blocks = readMarkdown(decided(tail));
    const last = blocks.at(-1);
    const ended = blocks.filter(({ line }) => last !== undefined && line < last.line);
    const open = blocks.slice(ended.length);
    this.done.push(...ended.map(({ node }) => node));
    if (last !== undefined && ended.length > 0) this.head += tail.slice(0, startOf(tail, last));
    return [...this.done, ...open.map(({ node }) => node)];
  }
}

/** Where a block begins. */
function startOf(text: string, { line }: MarkdownBlock): number {
  let start = 0;
  let count = 0;
  for (const end of text.matchAll(LINE_END)) {
    if (count === line) break;
    count += 1;
    start = end.index + end[0].length;
  }
  return start;
}

/** Leaves out a last line that may still become something else, and a table's head until what makes it one is there. */
function decided(text: string): string {
  const lines = text.split("\n");
  const [before = "", under = "", last = ""] = ["", "", ...lines].slice(-3);
  let held = 0;
  if (TABLE_LINE.test(last) && !TABLE_LINE.test(under)) held = 1;
  else if ((last === "" || UNDER_THE_HEAD.test(last)) && TABLE_LINE.test(under) && !TABLE_LINE.test(before)) held = 2;
  else if (UNDECIDED.test(last)) held = 1;
  return held === 0 ? text : lines.slice(0, -held).join("\n");
}
