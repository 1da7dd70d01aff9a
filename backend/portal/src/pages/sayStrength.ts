import { strengthWords } from "../passwords/strengthWords";

const PAUSE_MS = 200;

/**
 * Say beside a password field how hard it is to guess, whenever the typing pauses.
 *
 * @param note The element with `data-strength`, the id of the field; it says nothing while there is nothing to say.
 */
export function sayStrength(note: HTMLElement): void {
  const field = document.getElementById(note.dataset.strength ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    note.textContent = "";
    timer = window.setTimeout(() => void say(field, note), PAUSE_MS);
  });
}

async function say(field: HTMLInputElement, note: HTMLElement): Promise<void> {
  const password = field.value;
  const email = field.form?.querySelector<HTMLInputElement>("input[name=email]")?.value ?? "";
  const words = await strengthWords(password, email).catch(() => ""); // without the lists nothing is said
  if (field.value === password) note.textContent = words;
}
