import { SatchelError } from "./SatchelError.js";

/** The request must be changed: its shape, or a model that nobody knows (−32600, −32602). */
export class InvalidRequest extends SatchelError {
  override readonly name: string = "InvalidRequest";
}
