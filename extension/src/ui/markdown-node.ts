/** A piece of an answer as it is drawn. There is no piece for HTML, and none that loads anything. */
export type MarkdownNode =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "fence"; language: string; text: string }
  | { kind: "break" }
  | { kind: "rule" }
  | { kind: "link"; href: string; host: string; children: MarkdownNode[] }
  /** A picture is told of, not loaded: its address could carry away what was said. */
  | { kind: "picture"; alt: string; link: { href: string; host: string } | null }
  | { kind: "heading"; level: number; children: MarkdownNode[] }
  | { kind: "list"; start: number | null; children: MarkdownNode[] }
  | { kind: "cell"; tag: "th" | "td"; align: "start" | "center" | "end"; children: MarkdownNode[] }
  | { kind: "element"; tag: MarkdownTag; children: MarkdownNode[] };

/** Without attributes, and without a meaning beyond the layout. */
export type MarkdownTag =
  | ("p" | "span" | "blockquote" | "li" | "strong" | "em" | "s")
  | ("table" | "thead" | "tbody" | "tr");
