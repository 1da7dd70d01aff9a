import { type Preferences, preferences } from "../wire/preferences";
import { WorkerFault } from "../wire/worker-fault";
import type { KeyValue } from "./key-value";

const DEFAULT_BACKEND = "http://127.0.0.1:8787";

/** What the person set about the extension itself, in `storage.local`. */
export class Settings {
  constructor(private readonly local: KeyValue) {}

  /** Address of the person's Satchel, without a slash at the end. */
  async backend(): Promise<string> {
    return (await this.local.get<string>("backend")) ?? DEFAULT_BACKEND;
  }

  /** Accepts `host:port` or a URL; throws an `Error` that says what is wrong. Plain http only on this computer. */
  async setBackend(address: string): Promise<string> {
    const text = address.trim();
    let url: URL;
    try {
      url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
    } catch (cause) {
      throw new WorkerFault("That is not an address. An example: http://127.0.0.1:8787", {
        code: "address_invalid",
        cause,
      });
    }
    const here = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
    if (url.protocol !== "https:" && !(url.protocol === "http:" && here)) {
      throw new WorkerFault("Use https for a Satchel that is not on this computer.", { code: "address_insecure" });
    }
    await this.local.set("backend", url.origin);
    return url.origin;
  }

  /** Whether pages get `LanguageModel` from us. */
  async languageModel(): Promise<Preferences["languageModel"]> {
    return preferences.parse({ languageModel: await this.local.get("languageModel") }).languageModel;
  }

  /** Whether the person is told when a site's budget is nearly spent. */
  async nearlySpent(): Promise<boolean> {
    return preferences.parse({ nearlySpent: await this.local.get("nearlySpent") }).nearlySpent;
  }

  /** For how long a vault that we unlock stays open without being used. */
  async lockAfterS(): Promise<number> {
    return preferences.parse({ lockAfterMinutes: await this.local.get("lockAfterMinutes") }).lockAfterMinutes * 60;
  }

  /** Whether the vault is locked when the browser is closed. */
  async lockOnClose(): Promise<boolean> {
    return preferences.parse({ lockOnClose: await this.local.get("lockOnClose") }).lockOnClose;
  }

  async paused(): Promise<boolean> {
    return (await this.local.get<boolean>("paused")) ?? false;
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.local.set("paused", paused);
  }
}
