import { isRecord } from "../wire/is-record";
import { WindowAiLeft } from "./window-ai-left";

/** A provider key of the original Window AI, and the one address it may be sent to. */
export interface OldKey {
  provider: string;
  name: string;
  secret: string;
  /** Where the person had given an address of their own. */
  baseUrl: string | null;
}

/** A page that the original knew. It asked by origin and path; we ask by origin. */
export interface OldSite {
  origin: string;
  title: string;
  /** Whether it was always allowed, on some path. */
  allowed: boolean;
}

/** What of an export of the original's storage can be brought over. */
export interface WindowAiExport {
  keys: readonly OldKey[];
  sites: readonly OldSite[];
  /** The model that was the default, as the original spelt it. */
  preferred: string | null;
  /** What it kept that has no place here, to be named to the person. */
  left: readonly WindowAiLeft[];
  /** The questions and answers that it kept, as they lay there. */
  history: readonly Record<string, unknown>[];
}

/** The first part of the original's model ids, and the provider whose key that was. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  togethercomputer: "together",
  together: "together",
  cohere: "cohere",
};

/** Where the original asked a Local without an address of its own. */
const LOCAL_URL = "http://127.0.0.1:8000";

/** Reads `{sync, local}` or all keys in one object, values as the original's storage had them (JSON text) or plain. */
function parse(text: string): WindowAiExport | null {
  const entries = entriesOf(text);
  const configs = below(entries, "configs-").filter((config) => typeof config["auth"] === "string");
  const origins = below(entries, "origins-").filter((origin) => typeof origin["domain"] === "string");
  const history = below(entries, "transactions-").filter((one) => typeof one["timestamp"] === "number");
  if (configs.length + origins.length + history.length === 0) return null;
  const standard = configs.find(({ id }) => id === entries.get("configs-default-id"));
  const left = WindowAiLeft.of(entries, configs, (config) => keyOf(config) !== null);
  return {
    keys: keysOf(configs),
    sites: sitesOf(origins),
    preferred: WindowAiLeft.firstModel(standard),
    left,
    history,
  };
}

function entriesOf(text: string): Map<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (!isRecord(parsed)) return new Map();
  const areas = [parsed["sync"], parsed["local"], parsed].filter(isRecord);
  return new Map(areas.flatMap((area) => Object.entries(area)).map(([key, value]) => [key, plain(value)]));
}

/** The original's storage turned every value into JSON text. */
function plain(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function below(entries: Map<string, unknown>, prefix: string): Record<string, unknown>[] {
  return [...entries]
    .filter(([key]) => key.startsWith(prefix))
    .map(([, value]) => value)
    .filter(isRecord);
}

/** Several settings of the original often had the same key. */
function keysOf(configs: readonly Record<string, unknown>[]): OldKey[] {
  const found = configs.map(keyOf).filter((key) => key !== null);
  return [...new Map(found.map((key) => [`${key.provider} ${key.baseUrl} ${key.secret}`, key])).values()];
}

function keyOf(config: Record<string, unknown>): OldKey | null {
  if (config["auth"] !== "key") return null;
  const secret = typeof config["apiKey"] === "string" ? config["apiKey"].trim() : "";
  const given = typeof config["baseUrl"] === "string" && URL.canParse(config["baseUrl"]) ? config["baseUrl"] : null;
  const name = typeof config["label"] === "string" ? config["label"] : "";
  const model = WindowAiLeft.firstModel(config);
  const provider = PROVIDERS[model?.split("/")[0] ?? ""];
  if (given !== null || model === null) return { provider: "custom", name, secret, baseUrl: given ?? LOCAL_URL };
  return provider === undefined || secret === "" ? null : { provider, name, secret, baseUrl: null };
}

function sitesOf(origins: readonly Record<string, unknown>[]): OldSite[] {
  const sites = new Map<string, OldSite>();
  for (const { domain, title, permissions } of origins) {
    if (!URL.canParse(String(domain)) || !/^https?:$/.test(new URL(String(domain)).protocol)) continue;
    const { origin } = new URL(String(domain));
    const allowed = permissions === "allow" || sites.get(origin)?.allowed === true;
    sites.set(origin, { origin, title: typeof title === "string" ? title : "", allowed });
  }
  return [...sites.values()].sort((a, b) => Number(b.allowed) - Number(a.allowed));
}

export const WindowAiExport = { parse };
