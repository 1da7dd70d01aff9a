import { announce } from "./announce";
import { Channel } from "./channel";
import { handOverPort } from "./hand-over-port";
import { install } from "./install";
import { intrinsics } from "./intrinsics";
import { Provider } from "./provider";
import { windowAi } from "./window-ai";

/** Everything the page's own world gets, in the order that keeps the port private. */
export function startPage(target: Window): void {
  const { port1, port2 } = new intrinsics.MessageChannel();
  handOverPort(port2);
  const provider = new Provider(new Channel(port1));
  const ai = windowAi(provider);
  install(target, ai);
  const { request, on, off } = ai;
  announce(target, intrinsics.freeze({ request, on, off }));
}
