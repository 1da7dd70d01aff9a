import type { Caller } from "./caller";
import type { KeyValue } from "./key-value";
import type { SiteGrants } from "./site-grants";

interface Tabs {
  sendMessage(tabId: number, message: unknown, options: { frameId: number }): Promise<unknown>;
}

const PREFIX = "hears:";

/**
 * Documents that want to hear of changes, and what must stop for one. Told by a message to their tab, so that no port has to stay open; the relay
 * drops what is not meant for its own origin, and no site hears anything about models before it has a grant.
 */
export class Subscribers {
  constructor(
    private readonly session: KeyValue,
    private readonly tabs: Tabs,
    private readonly grants: SiteGrants,
    /** Stops what a site runs without consent now; null for any site's. */
    private readonly heed: (origin: string | null) => Promise<void>,
  ) {}

  async add(caller: Caller): Promise<void> {
    await this.session.set(`${PREFIX}${caller.tabId}:${caller.frameId}`, caller);
  }

  /** The default model changed: each granted site hears which model answers it now. */
  async modelChanged(): Promise<void> {
    await this.each(async (caller) => {
      const { state } = await this.grants.state(caller);
      return state === "granted" ? ["modelChanged", await this.grants.currentModel(caller)] : null;
    });
  }

  /** A site's grant changed, in this browser or another; null for any site's. */
  async permissionsChanged(origin: string | null): Promise<void> {
    void this.heed(origin);
    await this.each(async (caller) =>
      origin === null || caller.origin === origin ? ["permissionsChanged", await this.grants.state(caller)] : null,
    );
  }

  private async each(push: (caller: Caller) => Promise<[string, unknown] | null>): Promise<void> {
    for (const [key, caller] of await this.session.list<Caller>(PREFIX)) {
      const news = await push(caller).catch(() => null);
      if (news === null) continue;
      const message = { push: news[0], data: news[1], origin: caller.origin };
      const sending = this.tabs.sendMessage(caller.tabId, message, { frameId: caller.frameId });
      await sending.catch(() => this.session.remove(key));
    }
  }
}
