import { answerPasskey, type PasskeyOptions } from "../passkeys/answerPasskey";
import { postJson } from "./postJson";
import { sayFault } from "./sayFault";

/**
 * Show the part of a form that proves by a passkey who is there, where the browser can do that, and make its button work.
 *
 * The passkey's answer goes along with the form, as a password would: whatever else the form carries stays.
 *
 * @param part The element with `data-prove`, inside the form; its own fields are switched on when the passkey has answered.
 */
export function provePasskey(part: HTMLElement, page: Window): void {
  const button = part.querySelector("button");
  const alert = part.querySelector<HTMLElement>("[role=alert]");
  const form = part.closest("form");
  if (!("PublicKeyCredential" in page) || !button || !alert || !form) return;
  part.hidden = false;
  const prove = async () => {
    button.setAttribute("aria-busy", "true");
    alert.hidden = true;
    try {
      const options = (await postJson("/portal/api/proof/begin", {})) as PasskeyOptions;
      const credential = JSON.stringify(await answerPasskey(options));
      for (const field of part.querySelectorAll("input")) {
        if (field.name === "proof_credential") field.value = credential;
        field.disabled = false;
      }
      form.submit(); // without what its other fields want
    } catch (cause) {
      sayFault(alert, cause);
      button.removeAttribute("aria-busy");
    }
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-busy") !== "true") void prove();
  });
}
