/** How long a decision stays unarmed after its window came to the front: no click meant for another window counts. */
export const ARM_AFTER_MS = 600;

/**
 * Arm a form's buttons a moment after its window gains focus, each time it does.
 *
 * Without this script the buttons simply work; with it, a press that comes too early does nothing.
 */
export function armButtons(form: HTMLFormElement, page: Window): void {
  let timer: number | undefined;
  const buttons = () => [...form.querySelectorAll("button")];
  const arm = () => {
    for (const button of buttons()) button.removeAttribute("aria-disabled");
  };
  const disarm = () => {
    page.clearTimeout(timer);
    for (const button of buttons()) button.setAttribute("aria-disabled", "true");
    timer = page.setTimeout(arm, ARM_AFTER_MS);
  };
  for (const event of ["focus", "resize"]) page.addEventListener(event, disarm);
  page.document.addEventListener("visibilitychange", disarm);
  form.addEventListener("submit", (event) => {
    const tooEarly = buttons().some((button) => button.getAttribute("aria-disabled") === "true");
    if (tooEarly) event.preventDefault();
  });
  disarm();
}
