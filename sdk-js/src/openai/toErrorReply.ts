import { SatchelError } from "../errors/SatchelError.js";

interface Facts {
  param?: string | null;
  retryAfterS?: number;
}

/** Statuses by the page's codes, chosen so that OpenAI's clients repeat only what can work again. */
const STATUS: Readonly<Record<number, number>> = {
  4001: 403,
  4020: 402,
  4100: 403,
  4200: 404,
  4290: 429,
  4300: 502,
  4900: 401,
  4901: 503,
  [-32005]: 429,
  [-32600]: 400,
  [-32601]: 404,
  [-32602]: 400,
};

/** What the server's own door answers where that is another status. */
const BY_CODE: Readonly<Record<string, number>> = { unsupported_feature: 404, request_too_large: 413 };

/** Write an error as OpenAI's API does: the status that its clients throw by, and a body whose `code` is Satchel's own. */
export function toErrorReply(error: Error): Response;
export function toErrorReply(status: number, message: string, code: string): Response;
export function toErrorReply(error: Error | number, message = "", code = ""): Response {
  if (typeof error === "number") return reply(error, message, code);
  if (!(error instanceof SatchelError)) return reply(500, error.message, "internal_error");
  const { data, shortMessage, satchelCode } = error;
  const told = satchelCode ?? String(error.code);
  const usual = BY_CODE[told] ?? STATUS[error.code] ?? 500;
  const status = error.code === 4300 && (data.status ?? 0) >= 400 ? Number(data.status) : usual;
  return reply(status, shortMessage, told, data);
}

function reply(status: number, message: string, code: string, { param = null, retryAfterS }: Facts = {}): Response {
  const headers = retryAfterS === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterS)) };
  const type = status < 500 ? "invalid_request_error" : "server_error";
  const body = { error: { message, type, param, code } };
  return Response.json(body, {
    status,
    headers: { ...headers, "x-should-retry": String(status === 429 || status === 503) },
  });
}
