import type { ChatBody } from "../wire/chat-body";
import { isRecord } from "../wire/is-record";
import type { LocalServer } from "../wire/local-server";
import type { DirectRoute } from "./direct-route";
import type { DirectSource } from "./direct-source";
import { type Listed, listedModels } from "./listed-models";
import { localChat } from "./local-chat";
import { localEmbeddings } from "./local-embeddings";
import { PlainServers } from "./plain-servers";

interface Dependencies {
  fetch: typeof globalThis.fetch;
  /** Whether they are to be asked directly, and may be. */
  isOn(): Promise<boolean>;
  /** The address that the person added; null for none. */
  own(): Promise<string | null>;
}

interface Place {
  provider: string;
  name: string;
  address: string;
  isPlain?: boolean;
}

interface Found {
  server: LocalServer;
  place: Place;
  routes: DirectRoute[];
}

/** The servers that the backend looks for, too, by the same ids and at the same ports: `data/providers.toml`. */
const NAMES = { ollama: "Ollama", lmstudio: "LM Studio", llamacpp: "llama.cpp", vllm: "vLLM" } as const;
const PORTS: Readonly<Record<keyof typeof NAMES, number>> = {
  ollama: 11434,
  lmstudio: 1234,
  llamacpp: 8080,
  vllm: 8000,
};
/** Any other that speaks this dialect, at the address that the person gave. */
const OTHER = "here";
const LOOK_FOR_MS = 1_000;
const NO_LIST = new Set([404, 405, 501]);
const LM_STUDIO_LISTS = ["/api/v1/models", "/api/v0/models"] as const;

/** Model servers of this computer, found at their usual ports and at one address of the person's. What one is, its answers say. */
export class LocalServers implements DirectSource {
  readonly prefixes = [...Object.keys(NAMES), OTHER];
  private readonly plain: PlainServers;

  constructor(private readonly deps: Dependencies) {
    this.plain = new PlainServers(deps.fetch);
  }

  isOn(): Promise<boolean> {
    return this.deps.isOn();
  }

  async routes(): Promise<readonly DirectRoute[]> {
    return (await this.look()).flatMap(({ routes }) => routes);
  }

  /** Who answers now, in the order of the usual ports; the person's own address first. */
  async servers(): Promise<LocalServer[]> {
    return (await this.look()).map(({ server }) => server);
  }

  async unlisted(name: string): Promise<DirectRoute | null> {
    const found = (await this.look()).find(({ server }) => !server.refuses);
    const [listed] =
      found === undefined ? [] : (listedModels([{ id: name }], found.place.provider, found.place.name) ?? []);
    return found === undefined || listed === undefined ? null : this.routeTo(found.place, listed);
  }

  private async look(): Promise<Found[]> {
    const own = await this.deps.own();
    const usual = Object.values(PORTS).map((port) => `http://127.0.0.1:${port}/v1`);
    const addresses = [...new Set(own === null ? usual : [own, ...usual])];
    const found = await Promise.all(addresses.map((address) => this.at(address, address === own)));
    return found.filter((one) => one !== null);
  }

  private async at(address: string, isOwn: boolean): Promise<Found | null> {
    const listed = await this.get(`${address}/models`);
    if (listed?.status === 403) return this.refusing(address, isOwn);
    if (isOwn && listed !== null && NO_LIST.has(listed.status)) return this.plainAt(address);
    if (listed?.status !== 200) return null;
    const { provider, list } = await this.identify(address, listed);
    const name = nameOf(provider, address);
    const models = listedModels(list, provider, name);
    if (models === null || (provider === OTHER && !isOwn)) return null;
    const place = { provider, name, address };
    const routes = models.map((listed) => this.routeTo(place, listed));
    return { server: { ...place, models: models.length, refuses: false }, place, routes };
  }

  private routeTo(place: Place, { native, model }: Listed): DirectRoute {
    const { fetch } = this.deps;
    const { satchel } = model;
    return {
      model: place.isPlain ? { ...model, satchel: { ...satchel, capabilities: ["chat"] } } : model,
      stream: (body, signal) => {
        const asked = { ...body, model: native };
        return "messages" in asked
          ? localChat(place, asked as ChatBody, signal, fetch)
          : localEmbeddings(place, asked, signal, fetch);
      },
    };
  }

  /** A server of the person's own that lists nothing may be one that takes prompts only. */
  private async plainAt(own: string): Promise<Found | null> {
    const found = await this.plain.at(own);
    if (found === null) return null;
    const at = { provider: OTHER, name: nameOf(OTHER, found.address), address: found.address };
    const place = { ...at, isPlain: true };
    const routes = (listedModels([{ id: found.model }], OTHER, at.name) ?? []).map((one) => this.routeTo(place, one));
    return { server: { ...at, models: routes.length, refuses: false }, place, routes };
  }

  private refusing(address: string, isOwn: boolean): Found | null {
    const provider = Object.entries(PORTS).find(([, port]) => address.endsWith(`:${port}/v1`))?.[0] ?? OTHER;
    if (provider === OTHER && !isOwn) return null;
    const place = { provider, name: nameOf(provider, address), address };
    return { server: { ...place, models: 0, refuses: true }, place, routes: [] };
  }

  /** Which kind of server answered, and a richer list where it has one. */
  private async identify(address: string, listed: Answer): Promise<{ provider: string; list: unknown }> {
    const owners = ownersIn(listed.body);
    if (listed.server.startsWith("llama.cpp") || owners.has("llamacpp"))
      return { provider: "llamacpp", list: listed.body };
    if (owners.has("vllm")) return { provider: "vllm", list: listed.body };
    const origin = new URL(address).origin;
    const [version, ...lists] = await Promise.all(
      ["/api/version", ...LM_STUDIO_LISTS].map((path) => this.get(origin + path)),
    );
    if (isRecord(version?.body) && typeof version.body["version"] === "string")
      return { provider: "ollama", list: listed.body };
    const own = lists.find((answer) => answer?.status === 200 && listedModels(answer.body, "", "") !== null);
    return own ? { provider: "lmstudio", list: own.body } : { provider: OTHER, list: listed.body };
  }

  private async get(url: string): Promise<Answer | null> {
    const { fetch } = this.deps;
    try {
      const signal = AbortSignal.timeout(LOOK_FOR_MS);
      const answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error", signal });
      const body: unknown = await answer.json().catch(() => null);
      return { status: answer.status, server: answer.headers.get("server") ?? "", body };
    } catch {
      return null; // nobody there, or somebody too slow
    }
  }
}

interface Answer {
  status: number;
  server: string;
  body: unknown;
}

function nameOf(provider: string, address: string): string {
  return Object.hasOwn(NAMES, provider) ? NAMES[provider as keyof typeof NAMES] : new URL(address).host;
}

/** Who the listed models say they are owned by: servers write their own name there. */
function ownersIn(body: unknown): Set<unknown> {
  const items: unknown[] = isRecord(body) && Array.isArray(body["data"]) ? body["data"] : [];
  return new Set(items.filter(isRecord).map((item) => item["owned_by"]));
}
