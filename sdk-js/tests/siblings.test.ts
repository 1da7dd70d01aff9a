// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "../src/auth/Session.js";
import { settled } from "./fakeTransport.js";
import type { Loopback } from "./loopback.js";
import { allowing, session, tokenServer } from "./tokenServer.js";

afterEach(() => vi.unstubAllGlobals());

/** A tab of its own: with its `sessionStorage`, and with channels that close with it. */
class Tab {
  /** How late the tab sends its messages. */
  delayMs = 0;
  readonly #kept: Map<string, string>;
  readonly #channels: BroadcastChannel[] = [];

  constructor(kept: Iterable<readonly [string, string]> = []) {
    this.#kept = new Map(kept);
  }

  /** Load the page that signs people in. */
  open(server: Loopback): Session {
    const [storage, Channel] = [sessionStorage, BroadcastChannel];
    vi.stubGlobal("sessionStorage", this.#storage());
    vi.stubGlobal("BroadcastChannel", this.#channel(Channel));
    const opened = session(server, { keep: "session" });
    vi.stubGlobal("sessionStorage", storage);
    vi.stubGlobal("BroadcastChannel", Channel);
    return opened;
  }

  close(): void {
    for (const channel of this.#channels.splice(0)) channel.close();
  }

  /** A second tab with a copy of the storage as it is now. */
  duplicate(changes: object = {}): Tab {
    return new Tab([...this.#kept].map(([key, value]) => [key, JSON.stringify({ ...JSON.parse(value), ...changes })]));
  }

  #storage() {
    return {
      getItem: (key: string) => this.#kept.get(key) ?? null,
      setItem: (key: string, value: string) => void this.#kept.set(key, value),
      removeItem: (key: string) => void this.#kept.delete(key),
    };
  }

  #channel(Channel: typeof BroadcastChannel) {
    const tab = this;
    return class extends Channel {
      constructor(name: string) {
        super(name);
        tab.#channels.push(this);
      }

      override postMessage(message: unknown) {
        if (tab.delayMs === 0) return super.postMessage(message);
        setTimeout(() => super.postMessage(message), tab.delayMs);
      }
    };
  }
}

test("a tab with a copy of the session takes what its sibling refreshed instead of using the token again", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = new Tab();
  await first.open(server).signIn();
  const copy = first.duplicate();
  expect(await first.open(server).token()).toBe("access_2");
  expect(await copy.open(server).token()).toBe("access_2");
  expect(state).toMatchObject({ serial: 2, ended: false });
});

test("a copy hears of a refresh at once, and does not need the tab that made it any more", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = new Tab();
  const mine = first.open(server);
  await mine.signIn();
  const copy = first.duplicate().open(server);
  expect(await mine.token()).toBe("access_2");
  await settled();
  first.close();
  expect(await copy.token()).toBe("access_2");
  expect(await copy.renew("access_2")).toBe("access_3");
  expect(state).toMatchObject({ serial: 3, ended: false });
});

test("a copy that missed several refreshes gets the newest, from a tab that was reloaded since or from another copy", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = new Tab();
  const mine = first.open(server);
  await mine.signIn();
  const [asleep, restored] = [first.duplicate(), first.duplicate()];
  expect(await mine.token()).toBe("access_2");
  expect(await mine.renew("access_2")).toBe("access_3");
  first.close();
  first.open(server);
  expect(await asleep.open(server).token()).toBe("access_3");
  first.close();
  expect(await restored.open(server).token()).toBe("access_3");
  expect(state).toMatchObject({ serial: 3, ended: false });
});

test("before a tab uses a token that it held for long, it gives a busy sibling a second to speak up", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = new Tab();
  const mine = first.open(server);
  await mine.signIn();
  const copy = first.duplicate({ expiresAtMs: Date.now() - 1 });
  expect(await mine.token()).toBe("access_2");
  first.delayMs = 500;
  expect(await copy.open(server).token()).toBe("access_2");
  expect(state).toMatchObject({ serial: 2, ended: false });
});
