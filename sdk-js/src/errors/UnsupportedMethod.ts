import { SatchelError } from "./SatchelError.js";

/** This Satchel does not know the method; it is older than the page (4200, −32601). */
export class UnsupportedMethod extends SatchelError {
  override readonly name: string = "UnsupportedMethod";
}
