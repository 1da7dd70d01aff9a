/** How model ids spell makers whose provider goes by another name here. */
const PROVIDERS: Readonly<Record<string, string>> = {
  google: "gemini",
  mistralai: "mistral",
  moonshotai: "moonshot",
  qwen: "alibaba",
  "x-ai": "xai",
  "z-ai": "zai",
};

/** The provider whose key a model's id speaks of: `openai/gpt-5-mini` is OpenAI's. One that does not exist is nobody's. */
export function modelMaker(model: string): string {
  const [maker = ""] = model.toLowerCase().split(/[/:]/);
  return Object.hasOwn(PROVIDERS, maker) ? (PROVIDERS[maker] ?? maker) : maker;
}
