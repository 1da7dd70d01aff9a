import type { Attach, Cancel, Generate, Hello, Ping } from "../../../sdk-js/src/frames.gen";
import type { ChatBody } from "./chat-body";

/** Frames we send to the backend: docs/reference/socket-protocol.md. The types are generated from its schema. */
export type ClientFrame = Hello | (Omit<Generate, "request"> & { request: ChatBody }) | Cancel | Attach | Ping;
