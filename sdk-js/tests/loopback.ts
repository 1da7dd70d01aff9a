import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A real HTTP server of one test. */
export interface Loopback {
  url: string;
  /** `METHOD path` of each request, in order. */
  requests: string[];
}

/** Serve on a free port of 127.0.0.1 until the test ends; pages of any origin may read the answers. */
export async function loopback(
  answer: (path: string, request: IncomingMessage, reply: ServerResponse, body: string) => unknown,
): Promise<Loopback> {
  const requests: string[] = [];
  const server = createServer(async (request, reply) => {
    reply.setHeader("access-control-allow-origin", "*");
    reply.setHeader("access-control-allow-headers", "authorization, content-type");
    reply.setHeader("access-control-expose-headers", "x-generation-id");
    if (request.method === "OPTIONS") return reply.end();
    if (request.url === "/healthz") return reply.end("{}");
    requests.push(`${request.method} ${request.url}`);
    let body = "";
    for await (const chunk of request) body += chunk;
    const value = await answer(request.url ?? "", request, reply, body);
    if (value !== undefined) reply.setHeader("content-type", "application/json").end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** The lines of a completion's stream. */
export function chunk(delta: object, more: object = {}, choice: object = {}): string {
  const choices = [{ index: 0, delta, finish_reason: null, ...choice }];
  return `data: ${JSON.stringify({ id: "gen_1", model: "a/b", provider: "lab", choices, ...more })}\n\n`;
}

/** The chunks that end a completion's stream. */
export function ending(finish: object = { finish_reason: "stop" }): string {
  const usage = {
    prompt_tokens: 3,
    completion_tokens: 2,
    cost: 0.25,
    completion_tokens_details: { reasoning_tokens: 1 },
  };
  return `${chunk({}, {}, finish)}${chunk({}, { usage })}data: [DONE]\n\n`;
}
