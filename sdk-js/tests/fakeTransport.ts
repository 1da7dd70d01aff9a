import type { Connect, TransportRequest } from "../src/Transport.js";

/** A transport that answers as told and remembers what it was asked. */
export interface FakeTransport {
  connect: Connect;
  calls: TransportRequest[];
  push(event: string, data: unknown): void;
}

/** Make a transport whose requests are answered by `reply`. */
export function fakeTransport(reply: (call: TransportRequest) => unknown): FakeTransport {
  const calls: TransportRequest[] = [];
  const handlers = new Map<string, Set<(data: unknown) => void>>();
  return {
    calls,
    push(event, data) {
      for (const handler of handlers.get(event) ?? []) handler(data);
    },
    connect: async () => ({
      async request(call) {
        calls.push(call);
        return reply(call);
      },
      subscribe(event, handler) {
        const set = handlers.get(event) ?? new Set();
        handlers.set(event, set.add(handler));
        return () => void set.delete(handler);
      },
    }),
  };
}

/** What `ai_generate` resolves to, with some fields changed. */
export function aResult(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "gen_1",
    text: "Hello",
    finishReason: "stop",
    model: "smollm2/smollm2-135m-instruct",
    provider: "builtin",
    usage: { inputTokens: 3, outputTokens: 2, reasoningTokens: 0, cachedTokens: 0, estimated: false },
    cost: { usd: 0, known: true },
    ...changes,
  };
}

/** An error as the page script throws it. */
export function aFault(code: number, data: Record<string, unknown> = {}): Error {
  return Object.assign(new Error("It did not work."), { code, data });
}

/** Let everything that is ready run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
