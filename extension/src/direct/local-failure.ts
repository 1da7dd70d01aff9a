import type { ProviderBody } from "../../../sdk-js/src/errors/ProviderBody";
import { isRecord } from "../wire/is-record";
import type { RpcFailure } from "../wire/rpc-failure";
import { backendFailure } from "../worker/backend-failure";
import { withoutAccountFacts } from "./without-account-facts";

/** A server that something went wrong at. */
interface Server {
  provider: string;
  name: string;
}

type Code =
  | "provider_unavailable"
  | "provider_timeout"
  | "provider_throttled"
  | "provider_refused"
  | "provider_garbled"
  | "stream_broken"
  | "unknown_model"
  | "context_too_long"
  | "key_missing";

const QUOTE_CHARACTERS = 300;
const CODES: Readonly<Record<string, Code>> = {
  model_not_found: "unknown_model",
  context_length_exceeded: "context_too_long",
  exceed_context_size_error: "context_too_long",
  server_error: "provider_unavailable",
};
const TOO_LONG = /context (length|size|window)|prompt is too long|too many tokens/i;

function make(
  { provider, name }: Server,
  code: Code,
  words: string,
  { answer, body }: { answer?: Response; body?: ProviderBody } = {},
): RpcFailure {
  const details = { provider, provider_body: body, ...(answer === undefined ? {} : { status: answer.status }) };
  const retryable = code === "provider_unavailable" || code === "provider_timeout" || code === "provider_throttled";
  const message = `${name} on this computer ${words}`;
  return backendFailure({ code, message, retryable, retry_after_s: waitIn(answer), details });
}

/** The seconds after which a busy server wants to be asked again; null where it names none, or a date. */
function waitIn(answer: Response | undefined): number | null {
  const isBusy = answer?.status === 429 || answer?.status === 503;
  const said = isBusy ? answer.headers.get("retry-after") : null;
  return said !== null && /^\d{1,6}(\.\d+)?$/.test(said.trim()) ? Number(said) : null;
}

/** What an answer with a status other than 200 means: by its code first, then its status, last its words. */
function ofAnswer(server: Server, answer: Response, body: unknown): RpcFailure {
  const { status } = answer;
  if (status === 403) return refusesUs(server, answer);
  const { words, codes, said } = reportIn(body);
  const text = `says: ${words || `HTTP status ${status} and no reason`}`;
  return make(server, codeOf(status, codes, words), text, { answer, body: said });
}

/** What an error inside a stream means that began well. */
function inStream(server: Server, error: unknown): RpcFailure {
  const { words, codes, said } = reportIn({ error });
  const known = codes.map((code) => CODES[code]).find((code) => code !== undefined);
  const code = known ?? (TOO_LONG.test(words) ? "context_too_long" : "stream_broken");
  return make(server, code, `stopped and says: ${words || "nothing"}`, { body: said });
}

function refusesUs(server: Server, answer: Response): RpcFailure {
  const how =
    server.provider === "ollama"
      ? "Start it with OLLAMA_ORIGINS=chrome-extension://*,moz-extension://* in its environment."
      : "Allow this extension's origin in its settings.";
  return make(server, "provider_refused", `refuses requests from browser extensions. ${how}`, { answer });
}

function codeOf(status: number, codes: readonly string[], words: string): Code {
  const known = codes.map((code) => CODES[code]).find((code) => code !== undefined);
  if (known !== undefined) return known;
  if (status === 401) return "key_missing";
  if (status === 404) return /model/i.test(words) ? "unknown_model" : "provider_refused";
  if (status === 408 || status === 504) return "provider_timeout";
  if (status === 429) return "provider_throttled";
  if (status >= 500) return "provider_unavailable";
  return TOO_LONG.test(words) ? "context_too_long" : "provider_refused";
}

interface Report {
  words: string;
  codes: string[];
  /** What a page may read of it. */
  said: ProviderBody;
}

function reportIn(body: unknown): Report {
  const error = isRecord(body) ? (body["error"] ?? body) : body;
  const { message, code, type } = isRecord(error) ? error : { message: error };
  const words = typeof message === "string" ? withoutAccountFacts(message.slice(0, QUOTE_CHARACTERS)) : "";
  const codes = [code, type].filter((one) => typeof one === "string");
  const [itsType, itsCode] = [type, code].map((one) => (isName(one) ? one : undefined));
  return {
    words,
    codes,
    said: {
      message: words,
      ...(itsType === undefined ? {} : { type: itsType }),
      ...(itsCode === undefined ? {} : { code: itsCode }),
    },
  };
}

/** Whether a type or code is a name or an HTTP status, and not a sentence. */
function isName(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && /^[A-Za-z][\w.:/-]{0,63}$/.test(value));
}

export const localFailure = { make, ofAnswer, inStream };
