import { isRecord } from "../wire/is-record";
import type { Model } from "../wire/model";

type Item = Readonly<Record<string, unknown>>;

export interface Listed {
  /** The name by which the server knows it. */
  native: string;
  model: Model;
}

/** What is assumed where a server says nothing, as the backend assumes it. */
const ASSUMED = ["chat", "tools", "json_schema"] as const;
const WORDS: Readonly<Record<string, string>> = {
  tools: "tools",
  tool_use: "tools",
  vision: "images",
  multimodal: "images",
  thinking: "reasoning",
  reasoning: "reasoning",
};
const CONTEXTS = ["context_length", "max_context_length", "loaded_context_length", "max_model_len", "context_window"];
const NO_CHAT = /rerank|whisper|transcri/i;
/** The names by which the backend knows them, too. */
const EMBEDS = /embed|bge-|gte-|e5-|minilm|m2-bert-80m-/i;

/** The models of a server's list that chat or embed; null if it is no list. Ids are the backend's for the same model. */
export function listedModels(body: unknown, provider: string, name: string): Listed[] | null {
  const items = isRecord(body) ? (body["data"] ?? body["models"]) : body;
  if (!Array.isArray(items)) return null;
  const beside = besideIn(body);
  const listed = items
    .filter(isRecord)
    .map((item) => listedIn({ ...beside.get(nameIn(item)), ...item }, provider, name));
  return listed.filter((one) => one !== null);
}

function listedIn(item: Item, provider: string, providerName: string): Listed | null {
  const native = nameIn(item);
  if (native === "" || NO_CHAT.test(native) || NO_CHAT.test(String(item["type"] ?? ""))) return null;
  const embeds = EMBEDS.test(native) || EMBEDS.test(String(item["type"] ?? ""));
  const facts = { provider, provider_name: providerName, key_label: null, local: true, available: true, reason: null };
  const free = { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "" };
  const model: Model = {
    id: `${provider}:${native}`,
    name: typeof item["display_name"] === "string" ? item["display_name"] : shortName(native),
    description: null,
    context_length: contextIn(item),
    satchel: {
      ...facts,
      capabilities: embeds ? ["embeddings"] : abilitiesIn(item),
      price: free,
      preferred: false,
      direct: true,
    },
  };
  return { native, model };
}

function nameIn(item: Item): string {
  const name = item["id"] ?? item["key"] ?? item["name"] ?? item["model"];
  return typeof name === "string" ? name : "";
}

/** llama.cpp calls a model by its file. */
function shortName(native: string): string {
  return native.replace(/^.*[\\/]/, "").replace(/\.gguf$/i, "") || native;
}

/** What llama.cpp tells of a model in a second list: its abilities. */
function besideIn(body: unknown): Map<string, Item> {
  const models: unknown[] = isRecord(body) && "data" in body && Array.isArray(body["models"]) ? body["models"] : [];
  const told = models.filter(isRecord).map(({ name, capabilities }) => [String(name), { capabilities }] as const);
  return new Map(told);
}

function contextIn(item: Item): number | null {
  const meta = isRecord(item["meta"]) ? item["meta"]["n_ctx"] : undefined;
  const found = [...CONTEXTS.map((name) => item[name]), meta].find((size) => Number.isInteger(size));
  return typeof found === "number" ? found : null;
}

function abilitiesIn(item: Item): string[] {
  const words = Array.isArray(item["capabilities"]) ? (item["capabilities"] as unknown[]) : [];
  const said = words.map((word) => WORDS[String(word)]).filter((ability) => ability !== undefined);
  return [...new Set([...ASSUMED, ...(item["type"] === "vlm" ? ["images"] : []), ...said])];
}
