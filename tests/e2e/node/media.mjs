// The unmodified `openai` client asks for vectors and pictures: `node media.mjs BASE_URL TOKEN`. It asks for base64 where its caller says nothing.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const whole = await client.embeddings.create({ model: "lab:embed", input: ["one", "three"] });
const floats = await client.embeddings.create({ model: "lab:embed", input: "one", encoding_format: "float" });
const drawn = await client.images.generate({ model: "lab:draw", prompt: "a cat", n: 2 });
const pictures = drawn.data.map((one) => one.b64_json);
console.log(JSON.stringify({ whole: whole.data.map((one) => one.embedding), floats: floats.data[0].embedding, pictures }));
