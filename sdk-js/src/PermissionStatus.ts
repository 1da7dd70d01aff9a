import type { Permissions } from "./Client.js";

/** Whether this page may use the person's models, kept up to date; like the browser's own `PermissionStatus`. */
export class PermissionStatus extends EventTarget {
  /** `granted`, `prompt` or `denied`. */
  state: Permissions["state"] = "prompt";
  /** Called as a listener to `change` is. */
  onchange: ((event: Event) => void) | null = null;

  constructor() {
    super();
    this.addEventListener("change", (event) => this.onchange?.(event));
  }
}
