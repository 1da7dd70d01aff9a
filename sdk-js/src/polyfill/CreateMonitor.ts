type Handler = ((event: ProgressEvent) => unknown) | null;

/** Tells a page how far the download is. Nothing is downloaded here, so it says 0 and 1. */
export class CreateMonitor extends EventTarget {
  #handler: Handler = null;

  get ondownloadprogress(): Handler {
    return this.#handler;
  }

  set ondownloadprogress(handler: Handler) {
    this.#handler = typeof handler === "function" ? handler : null;
  }

  constructor() {
    super();
    this.addEventListener("downloadprogress", (event) => this.#handler?.call(this, event as ProgressEvent));
  }
}

/** Fire one `downloadprogress` event, unless the creation was given up. */
export function tellProgress(monitor: CreateMonitor, loaded: number, signal: AbortSignal | undefined): void {
  if (signal?.aborted) return;
  monitor.dispatchEvent(new ProgressEvent("downloadprogress", { loaded, total: 1, lengthComputable: true }));
}
