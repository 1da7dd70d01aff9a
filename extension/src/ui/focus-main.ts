/** Gives the focus to the page's content, where what had it is gone: else keys would begin at the top of the window again. */
export function focusMain(): void {
  document.getElementById("main")?.focus();
}
