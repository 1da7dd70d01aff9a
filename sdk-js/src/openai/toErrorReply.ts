import { SatchelError } from "../errors/SatchelError.js";

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

/** Write an error as OpenAI's API does: the status that its clients throw by, and a body whose `code` is Satchel's own. */
export function toErrorReply(error: Error): Response;
export function toErrorReply(status: number, message: string, code: string): Response;
export function toErrorReply(error: Error | number, message = "", code = ""): Response {
  if (typeof error === "number") return reply(error, message, code);
  if (!(error instanceof SatchelError)) return reply(500, error.message, "internal_error");
  const { data, shortMessage, satchelCode } = error;
  const status = error.code === 4300 && (data.status ?? 0) >= 400 ? Number(data.status) : (STATUS[error.code] ?? 500);
  return reply(status, shortMessage, satchelCode ?? String(error.code), data.retryAfterS);
}

function reply(status: number, message: string, code: string, retryAfterS?: number): Response {
  const headers = retryAfterS === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterS)) };
  const body = { error: { message, type: status < 500 ? "invalid_request_error" : "server_error", param: null, code } };
  return Response.json(body, {
    status,
    headers: { ...headers, "x-should-retry": String(status === 429 || status === 503) },
  });
}
