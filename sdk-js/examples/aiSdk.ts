// Vercel's AI SDK over the visitor's own model: text, tools and objects, in the page.
import { generateText, Output, streamText } from "ai";
import { createSatchel } from "satchel/ai-sdk";
import { z } from "zod";

const satchel = createSatchel();

const { textStream } = streamText({ model: satchel(), prompt: "Why do leaves change colour?" });
for await (const text of textStream) document.body.append(text);

const recipe = z.object({ name: z.string(), steps: z.array(z.string()) });
const { output } = await generateText({
  model: satchel("anthropic/claude-sonnet-4.5"), // a wish; the person decides
  output: Output.object({ schema: recipe }),
  prompt: "A soup for a cold day.",
});
document.body.append(output.name);
