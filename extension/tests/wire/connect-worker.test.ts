import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { connectWorker } from "../../src/wire/connect-worker";
import type { KeyDraft } from "../../src/wire/key-draft";

interface Said {
  id: number;
  call: string;
}

class FakePort {
  readonly sent: Said[] = [];
  private readonly hearers: ((message: unknown) => void)[] = [];
  private readonly drops: (() => void)[] = [];
  readonly onMessage = { addListener: (hearer: (message: unknown) => void) => this.hearers.push(hearer) };
  readonly onDisconnect = { addListener: (hearer: () => void) => this.drops.push(hearer) };
  postMessage(message: Said) {
    this.sent.push(message);
  }
  answer(ok: unknown) {
    for (const { id } of this.sent) for (const hearer of this.hearers) hearer({ id, ok });
  }
  drop() {
    for (const hearer of this.drops) hearer();
  }
}

const DRAFT = { provider: "lab", secret: "s" } as unknown as KeyDraft;
let ports: FakePort[];

beforeEach(() => {
  ports = [];
  vi.useFakeTimers();
  vi.spyOn(fakeBrowser.runtime, "connect").mockImplementation((() => {
    ports.push(new FakePort());
    return ports.at(-1);
  }) as never);
  return () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  };
});

const said = () => ports.map(({ sent }) => sent.map(({ call }) => call));

describe("a screen whose worker is killed", () => {
  it("repeats what it asked, and not what it asks the next worker meanwhile", async () => {
    const { api } = connectWorker();
    const models = api.models();
    ports[0]?.drop();
    const keys = api.keys();
    await vi.advanceTimersByTimeAsync(100);
    expect(said()).toEqual([["models"], ["keys", "models"]]);
    ports[1]?.answer([]);
    expect(await Promise.all([models, keys])).toEqual([[], []]);
  });

  it("repeats it as often as a worker is killed", async () => {
    const { api } = connectWorker();
    const models = api.models();
    for (const index of [0, 1]) {
      ports[index]?.drop();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(said()).toEqual([["models"], ["models"], ["models"]]);
    ports[2]?.answer(["a"]);
    expect(await models).toEqual(["a"]);
  });

  it("does not repeat what would be done twice, and says that the person should look", async () => {
    const { api } = connectWorker();
    const all = [api.addKey(DRAFT), api.connect(), api.unlock({} as never)].map((call) =>
      call.then(
        () => "done",
        (error: { code: string; message: string }) => [error.code, error.message.includes("Look whether")],
      ),
    );
    ports[0]?.drop();
    expect(await Promise.all(all)).toEqual(all.map(() => ["interrupted", true]));
    await vi.advanceTimersByTimeAsync(100);
    expect(ports).toHaveLength(1);
    const again = api.addKey(DRAFT);
    ports[1]?.answer({ id: "key_1" });
    expect([await again, said()[1]]).toEqual([{ id: "key_1" }, ["addKey"]]);
  });
});
