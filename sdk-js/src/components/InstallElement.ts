import { hearAnnouncements } from "../transports/Announcement.js";
import { discoverProvider } from "../transports/discoverProvider.js";
import { ElementBase } from "./ElementBase.js";
import { styles } from "./styles.js";

const LOOK_MS = 2_400;
const HELP = "https://satchel.dev/docs/tutorials/first-five-minutes";

/**
 * `<satchel-install>`: says how to get the extension, and is gone as soon as there is one.
 *
 * `href` is where the link leads; put other words into the default slot. `satchel-found` tells that the extension is there.
 */
export class InstallElement extends ElementBase {
  #stop: () => void = () => undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
  }

  connectedCallback(): void {
    this.hidden = true;
    this.#stop = hearAnnouncements(() => this.#leave());
    void discoverProvider(LOOK_MS).then((provider) => (provider ? this.#leave() : this.#ask()));
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  #ask(): void {
    if (!this.isConnected) return;
    const slot = document.createElement("slot");
    const text = document.createElement("p");
    text.setAttribute("part", "text");
    text.textContent =
      "This page asks the AI model that you bring. Satchel carries it: free, open, and your keys stay with you.";
    const line = document.createElement("p");
    const link = document.createElement("a");
    link.setAttribute("part", "link");
    link.href = this.getAttribute("href") ?? HELP;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Get Satchel for this browser";
    line.append(link);
    slot.append(text, line);
    this.shadowRoot?.replaceChildren(slot);
    this.hidden = false;
  }

  #leave(): void {
    this.#stop();
    this.hidden = true;
    this.dispatchEvent(new CustomEvent("satchel-found", { bubbles: true, composed: true }));
  }
}
