// The unmodified `openai` client asks for embeddings: `node embed.mjs BASE_URL TOKEN`. It asks for base64 where its caller says nothing.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const whole = await client.embeddings.create({ model: "lab:embed", input: ["one", "three"] });
const floats = await client.embeddings.create({ model: "lab:embed", input: "one", encoding_format: "float" });
console.log(JSON.stringify({ whole: whole.data.map((one) => one.embedding), floats: floats.data[0].embedding }));
