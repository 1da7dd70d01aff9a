import { describe, expect, it } from "vitest";
import type { ClientFrame } from "../../src/wire/client-frame";
import { Link } from "../../src/worker/link";
import { turn } from "./turn";

const WELCOME = { type: "welcome", protocol: 1 };

/** A socket whose other end the test plays. */
class PlayedSocket {
  readyState: number = WebSocket.CONNECTING;
  readonly sent: ClientFrame[] = [];
  onopen: () => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code = 1006): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose({ code });
  }

  welcomed(more: object = {}): void {
    this.readyState = WebSocket.OPEN;
    this.onopen();
    this.onmessage({ data: JSON.stringify({ ...WELCOME, ...more }) });
  }
}

function stage() {
  const sockets: PlayedSocket[] = [];
  const at = { backend: "http://old.example" };
  const downs: true[] = [];
  const link = new Link({
    open: (url) => {
      const socket = new PlayedSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    backend: async () => at.backend,
    hello: async () => ({ token: "sat_test" }),
    client: { name: "satchel-extension", version: "0" },
    onFrame: () => undefined,
    onDown: () => void downs.push(true),
  });
  return { link, sockets, at, downs };
}

describe("the connection to the backend", () => {
  it("tells how much it carries, as the server says in its welcome", async () => {
    const { link, sockets } = stage();
    const opening = link.ready();
    await turn();
    sockets[0]?.welcomed({ limits: { message_bytes: 1_000, generations: 20, resume_s: 60 } });
    await opening;
    expect([link.messageBytes, link.generations]).toEqual([1_000, 20]);
    link.close();
  });

  it("A16: that is closed while it opens lets nobody in at the server that was left", async () => {
    const { link, sockets, at, downs } = stage();
    const before = link.ready().catch((error: unknown) => error);
    await turn();
    link.close();
    at.backend = "http://new.example";
    const after = link.ready();
    await turn();
    sockets[0]?.welcomed();
    sockets[1]?.welcomed();
    await after;
    link.send({ type: "ping", nonce: "1" });
    expect(await before).toMatchObject({ code: 4900 });
    expect(sockets.map(({ url }) => url)).toEqual(["ws://old.example/v1/socket", "ws://new.example/v1/socket"]);
    expect(sockets.map(({ sent, readyState }) => [sent.length, readyState])).toEqual([
      [1, WebSocket.CLOSED],
      [2, WebSocket.OPEN],
    ]);
    expect(downs).toEqual([]);
    link.close();
  });
});
