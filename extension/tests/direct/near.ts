import type { DirectEvent } from "../../src/direct/direct-event";
import { DirectOnce } from "../../src/direct/direct-once";
import type { DirectRoute } from "../../src/direct/direct-route";
import { DirectRoutes } from "../../src/direct/direct-routes";
import { SiteRate } from "../../src/direct/site-rate";
import type { AskedBody } from "../../src/wire/asked-body";
import type { Generation } from "../../src/wire/generation";
import type { Grant } from "../../src/wire/grant";
import type { Model } from "../../src/wire/model";
import { memoryKeyValue } from "../worker/memory-key-value";
import { Stage } from "../worker/stage";

export const SITE = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
export const NEAR = "ollama:llama3:8b";
export const USAGE = { inputTokens: 3, outputTokens: 2, reasoningTokens: 0, cachedTokens: 0, estimated: false };
const ANSWER: DirectEvent[] = [
  { type: "text-delta", delta: "He" },
  { type: "text-delta", delta: "llo" },
  { type: "end", reason: "stop", usage: USAGE },
];
export const messages = [{ role: "user", content: "a secret prompt" }];
const NONE = { models: null, budget: null, rate_per_minute: null, expires_at: null, local_only: true };

export function grantOf(state: Grant["state"], caveats: Partial<Grant["caveats"]> = {}): Grant {
  const facts = { id: "grant_1", origin: "https://a.example", embedder: null, created_at: "2026-11-23T12:00:00Z" };
  return { ...facts, state, last_used_at: null, caveats: { ...NONE, ...caveats } };
}

function modelOf(id: string, capabilities = ["chat"]): Model {
  const at = { provider: "ollama", provider_name: "Ollama", key_label: null, local: true, available: true };
  const satchel = { ...at, reason: null, capabilities, price: null, preferred: false, direct: true as const };
  return { id, name: id, description: null, context_length: null, satchel };
}

interface Near {
  grant?: Grant | null;
  preferred?: string | null;
  isThere?: boolean;
  isListed?: boolean;
  stream?: DirectRoute["stream"];
  memory?: ReturnType<typeof memoryKeyValue>;
  /** The site's consent where it changes, or takes its time. */
  look?: () => Promise<Grant | null>;
  /** The model that the site was allowed once. */
  once?: string;
  /** The backend's own choice of the person's. */
  elsewhere?: string | null;
  /** What the model near can do. */
  capabilities?: string[];
}

/** A worker with one model near, which says hello. */
export function near({
  grant = null,
  preferred = null,
  isThere = true,
  isListed = false,
  stream,
  memory = memoryKeyValue(),
  look = async () => grant,
  once,
  elsewhere = null,
  capabilities = ["chat"],
}: Near = {}) {
  const bodies: AskedBody[] = [];
  const kept: Generation[] = [];
  async function* hello(body: AskedBody) {
    bodies.push(body);
    yield* ANSWER;
  }
  const route: DirectRoute = { model: modelOf(NEAR, capabilities), stream: stream ?? hello };
  const routes = new DirectRoutes({
    sources: [{ prefixes: ["ollama"], isOn: async () => true, routes: async () => (isThere ? [route] : []) }],
    preferred: async () => preferred,
    isListed: async () => isListed,
  });
  const onces = new DirectOnce(memory);
  if (once !== undefined) void onces.keep(SITE, once, {});
  const worker = new Stage(memory, {
    routes,
    grant: look,
    record: look,
    preferred: async () => elsewhere,
    once: onces,
    activity: { add: async (one) => void kept.push(one) },
    rate: new SiteRate(memory),
    stayAwake: () => () => undefined,
  });
  return { worker, bodies, kept };
}
