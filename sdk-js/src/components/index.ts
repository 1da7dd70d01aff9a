/** `satchel/components`: custom elements for any page: a sign-in button and an invitation to install the extension. */
import type { InstallElement } from "./InstallElement.js";
import type { SignInElement } from "./SignInElement.js";

export { defineComponents } from "./defineComponents.js";
export { InstallElement } from "./InstallElement.js";
export { SignInElement } from "./SignInElement.js";

declare global {
  interface HTMLElementTagNameMap {
    "satchel-sign-in": SignInElement;
    "satchel-install": InstallElement;
  }
}
