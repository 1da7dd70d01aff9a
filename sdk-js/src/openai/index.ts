/** `satchel/openai`: OpenAI's client, and whatever takes a `fetch`, over the visitor's own models. */
export { satchelFetch } from "./satchelFetch.js";
