import type { ChatBody } from "./chat-body";

/** Frames we send to the backend: docs/reference/socket-protocol.md. */
export type ClientFrame =
  | { type: "hello"; token: string; client: { name: string; version: string } }
  | { type: "generate"; id: string; origin: string; embedder?: string; request: ChatBody }
  | { type: "cancel"; generation?: string; id?: string }
  | { type: "attach"; generation?: string; id?: string; after: number }
  | { type: "ping"; nonce: string };
