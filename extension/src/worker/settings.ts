import type { ActivityDays } from "../wire/activity-days";
import { type Preferences, preferences } from "../wire/preferences";
import { type SiteBuiltIn, siteBuiltIn } from "../wire/site-built-in";
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

  /** Whether the person's Satchel runs on this computer, by its address. */
  async isNear(): Promise<boolean> {
    return isHere(new URL(await this.backend()));
  }

  /** Accepts what `backendAt` does. */
  async setBackend(address: string): Promise<string> {
    const backend = this.backendAt(address);
    await this.local.set("backend", backend);
    return backend;
  }

  /** Reads `host:port` or a URL; throws an `Error` that says what is wrong. Plain http only on this computer. */
  backendAt(address: string): string {
    const url = parsed(address, DEFAULT_BACKEND);
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere(url))) {
      throw new WorkerFault("Use https for a Satchel that is not on this computer.", { code: "address_insecure" });
    }
    return url.origin;
  }

  /** Whether pages get `LanguageModel` from us. */
  async languageModel(): Promise<Preferences["languageModel"]> {
    return preferences.parse({ languageModel: await this.local.get("languageModel") }).languageModel;
  }

  /** For which sites the person chose whose built-in AI their pages get. */
  async siteBuiltIn(): Promise<SiteBuiltIn> {
    return siteBuiltIn.parse(await this.local.get(siteBuiltIn.KEY));
  }

  /** Whether models of this computer are to be asked past the backend, as the person chose and as the backend is near or far. */
  async direct(): Promise<boolean> {
    const { direct } = preferences.parse({ direct: await this.local.get("direct") });
    return direct === "always" || (direct === "elsewhere" && !(await this.isNear()));
  }

  /** The address of a model server on this computer that the person added, without a slash at the end; null for none. */
  directServer(): Promise<string | null> {
    return this.local.get<string>("directServer");
  }

  /** Accepts `host:port` or a URL, of this computer only; `/v1` is added where there is no path. An empty one removes it. */
  async setDirectServer(address: string): Promise<string | null> {
    if (address.trim() === "") {
      await this.local.remove("directServer");
      return null;
    }
    const url = parsed(address, "http://127.0.0.1:8080/v1");
    if (url.protocol !== "http:" || !isHere(url) || url.hostname === "[::1]") {
      throw new WorkerFault("Only a server on this computer: http://127.0.0.1 or http://localhost, with its port.", {
        code: "address_elsewhere",
      });
    }
    const path = url.pathname.replace(/\/+$/, "");
    const server = `${url.origin}${path === "" ? "/v1" : path}`;
    await this.local.set("directServer", server);
    return server;
  }

  /** Whether the browser's own model is one of those to pick. */
  async browserModel(): Promise<boolean> {
    return preferences.parse({ browserModel: await this.local.get("browserModel") }).browserModel;
  }

  /** The direct model that answers everywhere; null for the backend's own choice. */
  directModel(): Promise<string | null> {
    return this.local.get<string>("directModel");
  }

  async setDirectModel(model: string | null): Promise<void> {
    await (model === null ? this.local.remove("directModel") : this.local.set("directModel", model));
  }

  /** Whether the person is told when a site's budget is nearly spent. */
  async nearlySpent(): Promise<boolean> {
    return preferences.parse({ nearlySpent: await this.local.get("nearlySpent") }).nearlySpent;
  }

  /** For how long a vault that we unlock stays open without being used. */
  async lockAfterS(): Promise<number> {
    return preferences.parse({ lockAfterMinutes: await this.local.get("lockAfterMinutes") }).lockAfterMinutes * 60;
  }

  /** For how many days the original's history is kept once it was brought over; 0 is until it is forgotten. */
  async keepOldDays(): Promise<number> {
    return preferences.parse({ keepOldDays: await this.local.get("keepOldDays") }).keepOldDays;
  }

  /** For how long activity is kept, as the backend last said. */
  activityDays(): Promise<ActivityDays> {
    return this.local.get<Exclude<ActivityDays, null>>("activityDays");
  }

  async setActivityDays(days: ActivityDays): Promise<void> {
    await (days === null ? this.local.remove("activityDays") : this.local.set("activityDays", days));
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

function parsed(address: string, example: string): URL {
  const text = address.trim();
  try {
    return new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  } catch (cause) {
    throw new WorkerFault(`That is not an address. An example: ${example}`, { code: "address_invalid", cause });
  }
}

function isHere({ hostname }: URL): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}
