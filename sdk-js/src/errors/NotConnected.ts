import { SatchelError } from "./SatchelError.js";

/** The extension is there, but signed out, away from its backend, or just updated (4900). */
export class NotConnected extends SatchelError {
  override readonly name: string = "NotConnected";
}
