import type { Session } from "../auth/Session.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import { ElementBase } from "./ElementBase.js";
import { styles } from "./styles.js";

const WORDS = {
  "signed-out": "Sign in with Satchel",
  waiting: "Waiting for Satchel",
  "signed-in": "Sign out",
} as const;

/**
 * `<satchel-sign-in>`: a button that signs in and out. Set its `session`; put other words into the slots
 * `signed-out`, `waiting` and `signed-in`.
 *
 * Tells by events that bubble: `satchel-change` (`detail` true when signed in) and `satchel-error` (`detail` the error).
 * Pressing it while it waits starts over: a window that was closed cannot be seen.
 */
export class SignInElement extends ElementBase {
  readonly #button = document.createElement("button");
  #session: Session | undefined;
  #attempt: AbortController | undefined;
  #off: (() => void) | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    this.#button.type = "button";
    this.#button.setAttribute("part", "button");
    this.#button.addEventListener("click", () => void this.#press());
    root.append(this.#button);
  }

  get session(): Session | undefined {
    return this.#session;
  }

  set session(session: Session | undefined) {
    this.#off?.();
    this.#session = session;
    this.#listen();
  }

  connectedCallback(): void {
    this.#listen();
  }

  disconnectedCallback(): void {
    this.#attempt?.abort();
    this.#off?.();
  }

  #listen(): void {
    this.#off?.();
    this.#off = this.#session?.onChange((isSignedIn) => {
      this.#show();
      this.#tell("satchel-change", isSignedIn);
    });
    this.#show();
  }

  async #press(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#attempt?.abort();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#show();
    try {
      await (session.isSignedIn ? session.signOut() : session.signIn(attempt.signal));
    } catch (cause) {
      if (!attempt.signal.aborted) this.#tell("satchel-error", toSatchelError(cause));
    } finally {
      if (this.#attempt === attempt) this.#attempt = undefined;
      this.#show();
    }
  }

  #show(): void {
    const state = this.#attempt ? "waiting" : this.#session?.isSignedIn ? "signed-in" : "signed-out";
    const slot = document.createElement("slot");
    slot.name = state;
    slot.textContent = WORDS[state];
    this.#button.ariaBusy = String(state === "waiting");
    this.#button.disabled = this.#session === undefined;
    this.#button.replaceChildren(slot);
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  }
}
