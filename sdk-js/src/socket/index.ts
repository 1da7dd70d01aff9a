/** `satchel/socket`: the transport that carries many generations on one websocket. */
export { socket } from "./socket.js";
