// One line from the OpenAI SDK: `fetch: satchelFetch()`. The rest is what you had.
import OpenAI from "openai";
import { satchelFetch } from "satchel/openai";

const openai = new OpenAI({ fetch: satchelFetch(), apiKey: "none", dangerouslyAllowBrowser: true });

const stream = await openai.chat.completions.create({
  model: "satchel/preferred",
  messages: [{ role: "user", content: "Why do leaves change colour?" }],
  stream: true,
});
for await (const chunk of stream) {
  document.body.append(chunk.choices[0]?.delta.content ?? "");
}
