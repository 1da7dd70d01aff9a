import javascript from "./snippets/javascript.js?raw";
import openai from "./snippets/openai.js?raw";
import original from "./snippets/original.js?raw";

/** A piece of code as the page shows it. */
export interface Snippet {
  name: string;
  code: string;
  remark: string;
}

/** Where `satchel serve` listens by default; the page shows its own server instead. */
const DEFAULT_SERVER = "http://127.0.0.1:8787";

/** The three ways to ask, in the order of the tabs. */
export const SNIPPETS: readonly [Snippet, ...Snippet[]] = [
  {
    name: "JavaScript",
    code: javascript.trimEnd(),
    remark: "For web pages. The visitor’s extension asks, chooses the model and pays.",
  },
  {
    name: "OpenAI SDK",
    code: openai.trimEnd().replaceAll(DEFAULT_SERVER, location.origin),
    remark: "For your own scripts: any OpenAI client, with a token of this server.",
  },
  {
    name: "window.ai",
    code: original.trimEnd(),
    remark: "Pages made for the original Window AI run unchanged.",
  },
];
