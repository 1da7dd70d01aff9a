import { InstallElement } from "./InstallElement.js";
import { SignInElement } from "./SignInElement.js";

/** Define `<satchel-sign-in>` and `<satchel-install>`; calling it again, or where there is no document, does nothing. */
export function defineComponents(): void {
  if (typeof customElements === "undefined") return;
  if (!customElements.get("satchel-sign-in")) customElements.define("satchel-sign-in", SignInElement);
  if (!customElements.get("satchel-install")) customElements.define("satchel-install", InstallElement);
}
