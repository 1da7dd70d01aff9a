import type { Generation } from "../wire/generation";
import { isRecord } from "../wire/is-record";

const UNCOUNTED = { input_tokens: 0, output_tokens: 0, reasoning_tokens: 0, cached_tokens: 0, estimated: false };

/** What the original kept of its calls, as activity: what was said is there, what it cost nobody wrote down. */
function read(history: readonly Record<string, unknown>[]): Generation[] {
  return history.map(generationOf).filter((generation) => generation !== null);
}

function generationOf(one: Record<string, unknown>): Generation | null {
  const { id, timestamp, model, routedModel, origin, input, error } = one;
  const at = new Date(Number(timestamp));
  if (typeof id !== "string" || Number.isNaN(at.getTime())) return null;
  const requested = textOf(model) ?? "";
  const answered = answerOf(one["outputs"]);
  const failed = typeof error === "string" && error !== "";
  return {
    id: `windowai_${id}`,
    origin: originOf(origin),
    app: null,
    model: textOf(routedModel) ?? (requested || null),
    requested_model: requested,
    provider: "Window AI",
    status: failed ? "failed" : answered === null ? "cancelled" : "finished",
    reason: null,
    error_code: failed ? error.split(":")[0]?.slice(0, 80) || null : null,
    usage: UNCOUNTED,
    cost: { nusd: 0, known: false },
    started_at: at.toISOString(),
    first_event_ms: null,
    duration_ms: null,
    said: { asked: questionOf(input), answered },
  };
}

function originOf(origin: unknown): string | null {
  const domain = isRecord(origin) ? origin["domain"] : null;
  if (typeof domain !== "string" || !URL.canParse(domain)) return null;
  const { protocol, origin: found } = new URL(domain);
  return /^https?:$/.test(protocol) ? found : null;
}

/** A prompt as it was; of messages, who said what, a line or more each. */
function questionOf(input: unknown): string {
  if (!isRecord(input)) return "";
  const messages: unknown[] = Array.isArray(input["messages"]) ? input["messages"] : [];
  const said = messages
    .filter(isRecord)
    .map(({ role, content }) => `${textOf(role) ?? "user"}: ${textOf(content) ?? ""}`);
  return [...said, textOf(input["prompt"])].filter((text) => text !== null).join("\n");
}

function answerOf(outputs: unknown): string | null {
  const all: unknown[] = Array.isArray(outputs) ? outputs : [];
  const texts = all.filter(isRecord).map(({ text, message, url }) => {
    return textOf(text) ?? textOf(isRecord(message) ? message["content"] : null) ?? textOf(url);
  });
  const found = texts.filter((text) => text !== null);
  return found.length === 0 ? null : found.join("\n\n");
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export const WindowAiHistory = { read };
