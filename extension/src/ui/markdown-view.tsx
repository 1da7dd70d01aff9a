import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { CopyButton } from "./copy-button";
import { language } from "./language";
import type { MarkdownNode } from "./markdown-node";
import { MarkdownStream } from "./markdown-stream";
import { t } from "./t";

interface Props {
  text: string;
  /** Whether more may come. */
  writing: boolean;
}

/** What a model wrote, as Markdown. Nothing in it is HTML, nothing is loaded, and its links say where they lead. */
export function MarkdownView({ text, writing }: Props) {
  const stream = useRef<MarkdownStream | null>(null);
  stream.current ??= new MarkdownStream();
  const nodes = stream.current.read(text, writing);
  const ranks = ranksOf(nodes);
  return (
    <div class={writing ? "md writing" : "md"}>
      {nodes.map((node, index) => (
        <Block key={index} node={node} rank={ranks[index] ?? 0} />
      ))}
    </div>
  );
}

/** The same node is not drawn again, but for another language. */
function Block({ node, rank }: { node: MarkdownNode; rank: number }) {
  return useMemo(() => {
    if (node.kind !== "heading") return drawn(node);
    const Tag = `h${Math.min(rank + 1, 6)}` as "h2";
    return <Tag dir="auto">{node.children.map(drawn)}</Tag>;
  }, [node, rank, language.name]);
}

/** How deep each heading is among those before it, from 1 on, whatever level it begins at: the screen's own title is above them. */
function ranksOf(nodes: readonly MarkdownNode[]): number[] {
  let above: number[] = [];
  return nodes.map((node) => {
    if (node.kind !== "heading") return 0;
    above = [...above.filter((level) => level < node.level), node.level];
    return above.length;
  });
}

function drawn(node: MarkdownNode): ComponentChildren {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return <code dir="ltr">{node.text}</code>;
    case "break":
      return <br />;
    case "rule":
      return <hr />;
    case "fence":
      return <Fence language={node.language} text={node.text} />;
    case "link":
      return <Link {...node}>{node.children.map(drawn)}</Link>;
    case "picture":
      return <Picture {...node} />;
    case "heading":
      return (
        <p class="b" dir="auto">
          {node.children.map(drawn)}
        </p>
      );
    case "list":
      return <List {...node} />;
    case "cell":
      return (
        <node.tag class={node.align} dir="auto">
          {node.children.map(drawn)}
        </node.tag>
      );
    case "element":
      return <Element {...node} />;
  }
}

function Element({ tag: Tag, children }: Extract<MarkdownNode, { kind: "element" }>) {
  if (Tag !== "table") return <Tag dir="auto">{children.map(drawn)}</Tag>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    // biome-ignore lint/a11y/useSemanticElements: it is no group of fields
    <div class="mdtable" tabIndex={0} role="group" aria-label={t("markdown_table")}>
      <table>{children.map(drawn)}</table>
    </div>
  );
}

function List({ start, children }: Extract<MarkdownNode, { kind: "list" }>) {
  if (start === null) return <ul dir="auto">{children.map(drawn)}</ul>;
  return (
    <ol dir="auto" start={start}>
      {children.map(drawn)}
    </ol>
  );
}

interface LinkProps {
  href: string;
  host: string;
  children?: ComponentChildren;
}

/** Opens beside, and tells nobody where from. The host stands there whatever the words say. */
function Link({ href, host, children }: LinkProps) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children} <bdi class="host">({host})</bdi>
    </a>
  );
}

function Picture({ alt, link }: Extract<MarkdownNode, { kind: "picture" }>) {
  const words = t("markdown_picture", { alt });
  return <em>{link === null ? words : <Link {...link}>{words}</Link>}</em>;
}

function Fence({ language, text }: { language: string; text: string }) {
  return (
    <figure class="fence">
      <figcaption class="row t12 m3">
        <span class="cut grow">{language}</span>
        <CopyButton text={text} label={t("copy_code")} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre dir="ltr" tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
