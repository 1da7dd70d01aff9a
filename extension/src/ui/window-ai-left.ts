const RULES = "configs-model-handlers-";

/** Something of the original's settings that is not brought over; `name` is what the person called the setting. */
export type WindowAiLeft =
  | { kind: "key"; name: string; model: string }
  | { kind: "session"; name: string }
  | { kind: "default"; name: string }
  | { kind: "rule"; name: string; model: string };

type Config = Record<string, unknown>;

/** Names what is left: keys whose provider nobody knows, sign-ins, a default without a model, and which setting answered for a model. */
function of(
  entries: ReadonlyMap<string, unknown>,
  configs: readonly Config[],
  isKept: (config: Config) => boolean,
): WindowAiLeft[] {
  const keys = configs
    .filter((config) => config["auth"] === "key" && !isKept(config) && String(config["apiKey"] ?? "").trim() !== "")
    .map((config) => ({ kind: "key" as const, name: nameOf(config), model: firstModel(config) ?? "" }));
  const sessions = configs
    .filter((config) => config["auth"] !== "key")
    .map((config) => ({ kind: "session" as const, name: nameOf(config) }));
  const standard = configs.find(({ id }) => id === entries.get("configs-default-id"));
  const isMute = standard !== undefined && firstModel(standard) === null;
  const unnamed = isMute ? [{ kind: "default" as const, name: nameOf(standard) }] : [];
  return [...keys, ...sessions, ...unnamed, ...rulesOf(entries, configs)];
}

/** Which of the settings answered for a model: the first of those that are listed. */
function rulesOf(entries: ReadonlyMap<string, unknown>, configs: readonly Config[]): WindowAiLeft[] {
  return [...entries].flatMap(([key, ids]) => {
    if (!key.startsWith(RULES) || !Array.isArray(ids)) return [];
    const config = configs.find(({ id }) => id === ids[0]);
    return config === undefined
      ? []
      : [{ kind: "rule" as const, name: nameOf(config), model: key.slice(RULES.length) }];
  });
}

function nameOf({ label, id }: Config): string {
  return typeof label === "string" && label !== "" ? label : String(id);
}

/** The model that a setting is for; null where it is for whatever a server has, or a sign-in decides. */
function firstModel(config: Config | undefined): string | null {
  const models = config?.["models"];
  const first: unknown = Array.isArray(models) ? models[0] : null;
  return typeof first === "string" ? first : null;
}

export const WindowAiLeft = { of, firstModel };
