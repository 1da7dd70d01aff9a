import { describe, expect, it } from "vitest";
import type { Browser } from "wxt/browser";
import type { RelayMessage } from "../../src/wire/relay-message";
import { ModelChoices } from "../../src/worker/model-choices";
import { PagePort } from "../../src/worker/page-port";
import { Permissions } from "../../src/worker/permissions";
import { ProviderChanges } from "../../src/worker/provider-changes";
import type { RunRecord } from "../../src/worker/run-record";
import { SiteGrants } from "../../src/worker/site-grants";
import { noDirect } from "./no-direct";
import { Stage } from "./stage";
import { turn } from "./turn";

type PortDeps = ConstructorParameters<typeof PagePort>[1];
type Listener = (message: unknown) => void;

const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
const able = { satchel: { provider: "p", provider_name: "P", local: false, available: true, capabilities: ["chat"] } };
const MODEL = { id: "a/model", name: "A", description: null, context_length: null, ...able } as never;

/** What a port may use of a worker. */
function site(worker: Stage, isPaused: boolean, listening: true[]) {
  const backend = {
    grants: async () => [],
    account: async () => ({ preferred_model: null }),
    models: async () => [MODEL],
  };
  const grants = new SiteGrants(backend as never);
  const permissions = new Permissions({
    backend,
    consent: worker.consent,
    direct: noDirect,
    grants,
    changed: () => undefined,
  });
  const surface = {
    open: async (id: string) => ({ kind: "window" as const, id: worker.opened.push(id) }),
    close: async () => undefined,
  };
  const session = worker.session;
  const settings = { paused: async () => isPaused, backend: async () => caller.origin };
  const allowed = { models: async () => permissions.models(caller).catch(() => ({ models: [] })) };
  return {
    callers: { of: async () => caller },
    changes: new ProviderChanges({ backend: backend as never, settings, surface, session }),
    choices: new ModelChoices({ permissions: allowed, surface, session }),
    consent: worker.consent,
    generations: worker.generations,
    grants,
    pace: { take: () => true },
    permissions,
    session,
    settings,
    subscribers: { add: async () => void listening.push(true) },
  };
}

/** A document at its port, before a worker whose storage takes its time as the browser's does. */
function stage(worker = new Stage(), isPaused = false) {
  const heard: unknown[] = [];
  const listening: true[] = [];
  const listeners: { message: Listener; gone: () => void } = { message: () => undefined, gone: () => undefined };
  const port = {
    onMessage: { addListener: (listener: Listener) => (listeners.message = listener) },
    onDisconnect: { addListener: (listener: () => void) => (listeners.gone = listener) },
    postMessage: (message: unknown) => void heard.push(message),
  };
  const deps = site(worker, isPaused, listening) as unknown as PortDeps;
  new PagePort(port as unknown as Browser.runtime.Port, deps);
  const ask = (id: string, method: string, params: unknown = null, more: object = {}) => {
    const facts = { active: true, visible: true, opaque: false };
    const message: RelayMessage = { type: "request", id, method, params, ...facts, ...more };
    listeners.message(message);
  };
  const cancel = (id: string) => listeners.message({ type: "cancel", id } satisfies RelayMessage);
  return { worker, heard, listening, ask, cancel, leave: () => listeners.gone() };
}

const HI = { messages: [{ role: "user", content: "hi" }] };

describe("a page that thinks better of it in the turn in which it asked", () => {
  it("D1: has nothing generated, and hears at once that it was stopped", async () => {
    const { worker, heard, ask, cancel } = stage();
    ask("1", "ai_generate", HI);
    cancel("1");
    await turn();
    expect(heard).toMatchObject([{ id: "1", error: { code: 4001, data: { satchelCode: "cancelled" } } }]);
    expect([worker.sent, worker.generations.live(), await worker.records.all()]).toEqual([[], [], []]);
  });

  it.each(["ai_requestPermissions", "ai_chooseModel", "ai_updateModelProvider"])(
    "D3: asks nobody anything by %s",
    async (method) => {
      const { worker, heard, ask, cancel } = stage();
      ask("1", method, method === "ai_updateModelProvider" ? { session: null } : {});
      cancel("1");
      await turn();
      expect(heard).toMatchObject([{ id: "1", error: { code: 4001, data: { satchelCode: "cancelled" } } }]);
      expect(worker.opened).toEqual([]);
    },
  );

  it("D3: asks nobody either when it does so while we look up what it may do", async () => {
    const { worker, ask, cancel } = stage();
    ask("1", "ai_requestPermissions", {});
    for (let step = 0; step < 3; step += 1) await Promise.resolve();
    cancel("1");
    await turn();
    expect(worker.opened).toEqual([]);
  });

  it("D1: has stopped at the provider what an earlier worker had begun", async () => {
    const first = new Stage();
    first.ask("1");
    await turn();
    first.started(0, "gen_1");
    await turn();
    const { worker, heard, ask, cancel } = stage(new Stage(first.session));
    ask("1", "ai_generate", HI, { resume: { after: 0 } });
    cancel("1");
    await turn();
    expect(heard).toMatchObject([{ error: { data: { satchelCode: "cancelled" } } }]);
    expect(worker.sent).toEqual([{ type: "cancel", generation: "gen_1" }]);
    expect(await worker.session.list<RunRecord>("run:")).toEqual([]);
  });

  it("D1: is no other than one that goes away", async () => {
    const { worker, heard, ask, leave } = stage();
    ask("1", "ai_generate", HI);
    leave();
    await turn();
    expect([heard, worker.sent, worker.generations.live()]).toEqual([[], [], []]);
  });
});

it("a page that is opened while all sites are paused is refused what it asks, and told of changes all the same", async () => {
  const { heard, listening, ask } = stage(new Stage(), true);
  ask("1", "ai_subscribe");
  ask("2", "ai_getCurrentModel");
  await turn();
  expect(heard).toMatchObject([
    { id: "1", result: null },
    { id: "2", error: { code: 4900, data: { satchelCode: "paused" } } },
  ]);
  expect(listening).toHaveLength(1);
});

it("a request that nobody stops is answered, and its id may be used again", async () => {
  const { worker, heard, ask, cancel } = stage();
  cancel("1");
  for (const generation of ["gen_1", "gen_2"]) {
    ask("1", "ai_generate", HI);
    await turn();
    worker.started(worker.sent.length - 1, generation);
    worker.finished(generation, 1);
    await turn();
  }
  expect(heard).toMatchObject([
    { id: "1", result: { id: "gen_1" } },
    { id: "1", result: { id: "gen_2" } },
  ]);
});
