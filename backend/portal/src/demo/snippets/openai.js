import OpenAI from "openai";

// Your own server, your own token:
// satchel token create --account you@a.example --name demo
const client = new OpenAI({
  baseURL: "http://127.0.0.1:8787/v1",
  apiKey: process.env.SATCHEL_TOKEN,
});

const answer = await client.chat.completions.create({
  model: "satchel/preferred",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
});

for await (const chunk of answer) {
  const [choice] = chunk.choices;
  process.stdout.write(choice?.delta.content ?? "");
}
