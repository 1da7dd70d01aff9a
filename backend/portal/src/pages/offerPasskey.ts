import { browserOf } from "../format/browserOf";
import { answerPasskey, type PasskeyOptions } from "../passkeys/answerPasskey";
import { postJson } from "./postJson";
import { sayFault } from "./sayFault";

/** What a page wants of a passkey: the address that begins it, and the fields that its form gives. */
interface Offer {
  button: HTMLButtonElement;
  fault: HTMLElement;
  form: HTMLFormElement;
  path: string;
}

/**
 * Show the part of a page that works with a passkey, where the browser can do that, and make its button work.
 *
 * @param part The element with `data-passkey`, the path of the door, inside the form whose fields go along.
 * @param page Where to go on once the passkey was accepted.
 */
export function offerPasskey(part: HTMLElement, page: Window): void {
  const button = part.querySelector("button");
  const fault = part.querySelector<HTMLElement>("[role=alert]");
  const form = part.closest("form");
  if (!("PublicKeyCredential" in page) || !button || !fault || !form) return;
  const offer = { button, fault, form, path: part.dataset.passkey ?? "" };
  part.hidden = false;
  button.addEventListener("click", () => void take(offer, page));
}

async function take({ button, fault, form, path }: Offer, page: Window): Promise<void> {
  if (button.getAttribute("aria-busy") === "true" || !emailIsFine(form, path)) return;
  button.setAttribute("aria-busy", "true");
  fault.hidden = true;
  try {
    const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => !/^(?:password|again)$/.test(name)));
    const options = (await postJson(`${path}/begin`, fields)) as PasskeyOptions;
    const credential = await answerPasskey(options);
    const name = browserOf(navigator.userAgent);
    const { next } = (await postJson(path, { ...fields, credential, name })) as { next: string };
    page.location.assign(next);
  } catch (cause) {
    sayFault(fault, cause);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** A new account needs its email; signing in by passkey needs nothing typed. */
function emailIsFine(form: HTMLFormElement, path: string): boolean {
  const email = form.querySelector<HTMLInputElement>("input[name=email]");
  return !path.startsWith("/setup") || !email || email.reportValidity();
}
