import type { Attach, Cancel, Generate, Hello, Ping } from "../../../sdk-js/src/frames.gen";
import type { AskedBody } from "./asked-body";

/** Frames we send to the backend: docs/reference/socket-protocol.md. The types are generated from its schema. */
export type ClientFrame = Hello | (Omit<Generate, "request"> & { request: AskedBody }) | Cancel | Attach | Ping;
