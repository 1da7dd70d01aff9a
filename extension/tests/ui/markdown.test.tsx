// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MarkdownStream } from "../../src/ui/markdown-stream";
import { MarkdownView } from "../../src/ui/markdown-view";
import { readMarkdown } from "../../src/ui/read-markdown";

function drawn(text: string, writing = false): HTMLElement {
  render(<MarkdownView text={text} writing={writing} />, document.body);
  const found = document.querySelector<HTMLElement>(".md");
  if (found === null) throw new Error("nothing was drawn");
  return found;
}

/** The elements that were drawn, each with its own text. */
function shape(text: string): string[] {
  return [...drawn(text).querySelectorAll("*")].map((each) => `${each.localName}: ${each.textContent}`);
}

afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

describe("Markdown of a model", () => {
  it("is drawn as headings, emphasis, lists, quotes, rules and code", () => {
    expect(shape("# One\n\nA *b* **c** ~~d~~ `e`\nf\n\n> g\n\n---")).toEqual([
      ...["h2: One", "p: A b c d ef", "em: b", "strong: c", "s: d", "code: e", "br: "],
      ...["blockquote: g", "p: g", "hr: "],
    ]);
    expect(shape("3. one\n4. two\n   - deep")).toEqual([
      "ol: onetwodeep",
      "li: one",
      "li: twodeep",
      "ul: deep",
      "li: deep",
    ]);
    expect(drawn("3. one").querySelector("ol")?.getAttribute("start")).toBe("3");
  });

  it("has headings in the order of a page, wherever the model begins, and none inside of quotes", () => {
    const view = drawn("### a\n\n###### b\n\n### c\n\n# d\n\n## e\n\n> # f");
    const headings = [...view.querySelectorAll("h1, h2, h3, h4, h5, h6")];
    expect(headings.map((each) => each.localName + each.textContent)).toEqual(["h2a", "h3b", "h2c", "h2d", "h3e"]);
    expect(view.querySelector("blockquote p")?.textContent).toBe("f");
  });

  it("has tables with their alignment, reached by keyboard", () => {
    const table = drawn("| a | b |\n|---|--:|\n| 1 | **2** |");
    expect(table.querySelector<HTMLElement>(".mdtable")?.tabIndex).toBe(0);
    expect(
      [...table.querySelectorAll("th, td")].map((cell) => `${cell.localName}.${cell.className} ${cell.textContent}`),
    ).toEqual([...["th.start a", "th.end b", "td.start 1", "td.end 2"]]);
    expect(table.querySelector("[style]")).toBeNull();
  });

  it("copies a block of code as it was written", async () => {
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    const block = drawn("```py extra\n\tif x:\n\t\tprint('<b>')\n```");
    expect([block.querySelector("figcaption span")?.textContent, block.querySelector("b")]).toEqual(["py", null]);
    block.querySelector("button")?.click();
    expect(write).toHaveBeenCalledWith("\tif x:\n\t\tprint('<b>')\n");
    await expect.poll(() => block.querySelector("button")?.textContent).toBe("Copied");
  });

  it("says so where the browser does not let it copy", async () => {
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("no"));
    const block = drawn("```\nx\n```");
    block.querySelector("button")?.click();
    await expect.poll(() => block.querySelector("button")?.textContent).toBe("Not copied");
  });
});

describe("what a model may not do by Markdown", () => {
  it("links show their host, open beside, and tell nobody where from", () => {
    const [named, bare, mail, ...more] = drawn(
      "[your bank](https://bank.example@evil.example/x) https://b.example/y <mailto:a@c.example>",
    ).querySelectorAll("a");
    expect(more).toEqual([]);
    for (const link of [named, bare, mail])
      expect([link?.target, link?.rel]).toEqual(["_blank", "noopener noreferrer"]);
    expect(named?.textContent).toBe("your bank (evil.example)");
    expect(bare?.textContent).toBe("https://b.example/y (b.example)");
    expect(mail?.textContent).toBe("mailto:a@c.example (a@c.example)");
  });

  it.each([
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](vbscript:x)",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](data:image/svg+xml;base64,PHN2Zz4=)",
    "[a](file:///etc/passwd)",
    "[a](blob:https://x.example/1)",
    "[a](chrome-extension://x/options.html)",
    "[a](/options.html)",
    "[a](//evil.example)",
    "[a](#x)",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
  ])("%j is no link", (text) => {
    expect(drawn(text).querySelector("a")).toBeNull();
  });

  it("pictures are not loaded, and told of with the host that would have heard", () => {
    const view = drawn(
      "![a *secret*](https://evil.example/?q=secret) ![b](data:image/png;base64,AAAA) [![c](https://d.example/c)](https://e.example)",
    );
    expect(view.querySelector("img, picture, source, image, video, object, iframe")).toBeNull();
    expect(view.textContent).toContain("Picture, not loaded: a *secret* (evil.example)");
    expect(view.textContent).toContain("Picture, not loaded: b");
    expect(view.outerHTML).not.toContain("src=");
    expect(view.outerHTML).not.toContain("data:");
  });

  it("HTML is text, wherever it stands", () => {
    const hostile =
      "<img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\n- <b onclick=x>y</b>\n\n| <i> |\n|---|\n| <style>*{}</style> |";
    const view = drawn(`${hostile}\n\n\`\`\`"><script>\n</code></pre><script>\n\`\`\``);
    expect(view.querySelector("img, script, b, i, style, [onclick], [onerror]")).toBeNull();
    expect(view.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(view.textContent).toContain("</code></pre><script>");
  });

  it("names of prototypes and codes for characters do no harm", () => {
    expect(drawn("__proto__ **constructor** &lt;script&gt; &#0; \u0000").textContent).toContain("<script>");
    expect(drawn("[__proto__]: https://a.example\n\n[__proto__]").querySelector("a")?.textContent).toContain(
      "a.example",
    );
  });
});

const MEGABYTE = 1_000_000;
const HOSTILE: Record<string, string> = {
  backticks: "`".repeat(MEGABYTE),
  "runs of backticks": Array.from({ length: 1400 }, (_, at) => "`".repeat(at)).join(" "),
  "open code": "a`".repeat(MEGABYTE / 2),
  fences: "```\n".repeat(MEGABYTE / 4),
  quotes: ">".repeat(MEGABYTE),
  "quotes over lines": `${"> ".repeat(500)}a\n`.repeat(MEGABYTE / 1000),
  lists: Array.from({ length: 1000 }, (_, at) => `${" ".repeat(at * 2)}- a`).join("\n"),
  "open emphasis": "*a_ ".repeat(MEGABYTE / 4),
  "closed emphasis": `${"*a ".repeat(MEGABYTE / 6)}${" a*".repeat(MEGABYTE / 6)}`,
  brackets: "[".repeat(MEGABYTE),
  "open links": "[a](".repeat(MEGABYTE / 4),
  "open pictures": "![a](".repeat(MEGABYTE / 5),
  "less than": "<".repeat(MEGABYTE),
  comments: "<!--".repeat(MEGABYTE / 4),
  addresses: "http://a.b ".repeat(MEGABYTE / 11),
  "a wide table": `${"|a".repeat(MEGABYTE / 20)}|\n${"|-".repeat(MEGABYTE / 20)}|\n${"|\n".repeat(MEGABYTE / 20)}`,
  definitions: `${"[a]: b\n".repeat(10_000)}\n${"[a] ".repeat(100_000)}`,
  headings: "# a\n".repeat(MEGABYTE / 4),
};

describe("1 MB of what is made to take long", () => {
  it.each(Object.keys(HOSTILE))("%s: is read in a moment and keeps its letters", { timeout: 60_000 }, (name) => {
    const text = HOSTILE[name] ?? "";
    const started = performance.now();
    const nodes = new MarkdownStream().read(text, false);
    expect(performance.now() - started).toBeLessThan(8000);
    expect(nodes.length).toBeGreaterThan(0);
    expect(depthOf(nodes)).toBeLessThan(200);
  });

  it("what is nested too deep, and what is too long, is shown as it is", () => {
    const deep = `${">".repeat(500)} the end`;
    expect(drawn(deep).textContent).toContain(deep);
    const long = `${"word ".repeat(60_000)}the end`;
    expect(drawn(long).textContent).toContain("the end");
    expect(drawn(`${"*a ".repeat(5000)}x${" a*".repeat(5000)}`).querySelectorAll("em")).toHaveLength(39);
  });
});

function depthOf(nodes: readonly unknown[]): number {
  let depth = 0;
  for (let level = nodes; level.length > 0; depth += 1) {
    level = level.flatMap((node) => (node as { children?: unknown[] }).children ?? []);
  }
  return depth;
}

const STORY =
  "Intro:\n\n- one\n- **two**\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nTitle\n---\n\nThe [end](https://a.example).";

describe("an answer that is still written", () => {
  it("ends up as the whole of it, whatever the pieces were", () => {
    for (const step of [1, 2, 3, 7, 40]) {
      const stream = new MarkdownStream();
      for (let end = step; end < STORY.length; end += step) stream.read(STORY.slice(0, end), true);
      expect(stream.read(STORY, true)).toEqual(readMarkdown(STORY).map(({ node }) => node));
    }
  });

  it("leaves what has ended alone: the same objects, never drawn again", () => {
    const stream = new MarkdownStream();
    const first = stream.read("# Title\n\nText\n\n- a", true);
    const later = stream.read("# Title\n\nText\n\n- a\n- b\n\nMore", true);
    expect([later[0] === first[0], later[1] === first[1], later.length]).toEqual([true, true, 4]);
  });

  it("does not jump: a list does not begin as a heading, nor a table as text, nor a fence as backticks", () => {
    const kinds = new Set<string>();
    const stream = new MarkdownStream();
    for (let end = 1; end < STORY.length; end += 1) {
      for (const node of stream.read(STORY.slice(0, end), true)) {
        const said = JSON.stringify(node);
        if (said.includes('"heading"') && said.includes("Intro")) kinds.add("heading");
        if (said.includes('"tag":"p"') && said.includes("|")) kinds.add("table");
        if (said.includes('"tag":"p"') && said.includes("`")) kinds.add("fence");
      }
    }
    expect([...kinds]).toEqual([]);
  });

  it("shows code that has not ended as code", () => {
    const view = drawn("Look:\n\n```js\nlet a = 1;\nlet b", true);
    expect([view.querySelector("figcaption span")?.textContent, view.querySelector("pre")?.textContent]).toEqual([
      "js",
      "let a = 1;\nlet b",
    ]);
  });

  it("begins anew with another answer", () => {
    const stream = new MarkdownStream();
    stream.read("one\n\ntwo", true);
    expect(stream.read("# three", true)).toMatchObject([{ kind: "heading" }]);
  });

  it("links that are defined at its end are links once it is whole", () => {
    const text = "See [a].\n\nMore.\n\n[a]: https://a.example";
    const stream = new MarkdownStream();
    expect(JSON.stringify(stream.read(text, true).slice(0, 1))).toContain("link");
    expect(JSON.stringify(stream.read(text, false)[0])).toContain("link");
  });
});
