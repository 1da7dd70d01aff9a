import { NotConnected } from "./NotConnected.js";

/** Nobody is signed in, and the window to do so could not open or was not used (4900). Call `signIn()` after a click. */
export class SignInRequired extends NotConnected {
  override readonly name: string = "SignInRequired";

  constructor(shortMessage: string, options: ErrorOptions = {}) {
    super(4900, shortMessage, { satchelCode: "sign_in_required" }, options);
  }
}
