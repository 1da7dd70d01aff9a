import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { ClientFrame } from "../src/frames.gen.js";

/** One connection as the server sees it. */
export interface Peer {
  send(frame: object): void;
  /** Close it with a code, or cut it. */
  close(code?: number): void;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A real websocket server of one test: enough of RFC 6455 for short text messages. */
export async function socketServer(hear: (frame: ClientFrame, peer: Peer) => void): Promise<string> {
  const server = createServer((_request, reply) =>
    reply.writeHead(200, { "access-control-allow-origin": "*" }).end("{}"),
  );
  const sockets = new Set<Socket>();
  server.on("upgrade", (request, socket: Socket) => {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write(
      `${[...head, `Sec-WebSocket-Accept: ${accept}`, "Sec-WebSocket-Protocol: satchel.v1"].join("\r\n")}\r\n\r\n`,
    );
    sockets.add(socket);
    const peer: Peer = {
      send: (frame) => void socket.write(encoded(0x81, Buffer.from(JSON.stringify(frame)))),
      close(code) {
        if (code === undefined) return void socket.destroy();
        const reason = Buffer.alloc(2);
        reason.writeUInt16BE(code);
        socket.end(encoded(0x88, reason));
      },
    };
    let buffer = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (data: Buffer) => {
      buffer = Buffer.concat([buffer, data]);
      for (let message = decoded(buffer); message; message = decoded(buffer)) {
        buffer = buffer.subarray(message.size);
        if (message.opcode === 1) hear(JSON.parse(message.text) as ClientFrame, peer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the server says to a good hello. */
export function aWelcome(changes: object = {}): object {
  const limits = { message_bytes: 1000, generations: 16, resume_s: 60 };
  return { type: "welcome", protocol: 1, server: "0", account: {}, preferred_model: "a/b", limits, ...changes };
}

/** How a generation ends. */
export function aFinish(generation: string, seq: number, reason = "stop"): object {
  const usage = { input_tokens: 3, output_tokens: seq - 1, reasoning_tokens: 0, cached_tokens: 0, estimated: false };
  const cost = { nusd: 250_000_000, known: true };
  return { type: "finished", generation, seq, reason, native_reason: null, model: "a/b", provider: "lab", usage, cost };
}

function encoded(first: number, payload: Buffer): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([first, ...length]), payload]);
}

function decoded(buffer: Buffer): { opcode: number; text: string; size: number } | undefined {
  if (buffer.length < 2) return undefined;
  const short = buffer.readUInt8(1) & 127;
  const start = short === 126 ? 8 : 6;
  if (buffer.length < start) return undefined;
  const length = short === 126 ? buffer.readUInt16BE(2) : short;
  if (buffer.length < start + length) return undefined;
  const mask = buffer.subarray(start - 4, start);
  const payload = buffer.subarray(start, start + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return { opcode: buffer.readUInt8(0) & 15, text: Buffer.from(payload).toString(), size: start + length };
}
