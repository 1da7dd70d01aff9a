// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { createClient } from "../src/createClient.js";
import { ExtensionMissing } from "../src/errors/ExtensionMissing.js";
import { NotConnected } from "../src/errors/NotConnected.js";
import { announced, announcements } from "../src/extensions/announcements.js";
import type { InjectedProvider } from "../src/transports/InjectedProvider.js";
import { aResult } from "./fakeTransport.js";

const page = window as unknown as { ai?: unknown };
const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo();
  page.ai = undefined;
});

function aProvider() {
  return {
    request: vi.fn<InjectedProvider["request"]>(async () => aResult()),
    on: vi.fn(),
    off: vi.fn(),
  };
}

const SATCHEL = { uuid: "1", name: "Satchel", icon: "", rdns: "dev.satchel", apiVersion: "1", features: [] };
const HARBOR = { ...SATCHEL, uuid: "2", name: "Harbor", rdns: "example.harbor" };

function announce(provider: unknown, info: unknown = SATCHEL): void {
  window.dispatchEvent(new CustomEvent("ai:announceProvider", { detail: Object.freeze({ info, provider }) }));
}

function answerRequests(provider: unknown, info?: unknown): void {
  const answer = () => announce(provider, info);
  window.addEventListener("ai:requestProvider", answer);
  cleanUp.push(() => window.removeEventListener("ai:requestProvider", answer));
}

test("an extension that is there answers at once, before window.ai is looked at", async () => {
  const [announced, other] = [aProvider(), aProvider()];
  page.ai = other;
  answerRequests(announced);
  const ai = await createClient();
  expect((await ai.chat("Hi")).text).toBe("Hello");
  expect(announced.request).toHaveBeenCalledOnce();
  expect(other.request).not.toHaveBeenCalled();
});

test("an extension that starts later is found when it announces itself", async () => {
  const provider = aProvider();
  setTimeout(() => announce(provider), 30);
  await (await createClient()).chat("Hi");
  expect(provider.request).toHaveBeenCalledOnce();
});

test("window.ai is the fallback, also when it comes late and unannounced", async () => {
  const provider = aProvider();
  setTimeout(() => {
    page.ai = provider;
  }, 30);
  await (await createClient()).chat("Hi");
  expect(provider.request).toHaveBeenCalledOnce();
});

test("of several extensions Satchel's is taken, whichever announces itself first", async () => {
  const [harbor, satchel] = [aProvider(), aProvider()];
  page.ai = harbor;
  answerRequests(harbor, HARBOR);
  answerRequests(satchel);
  await (await createClient()).chat("Hi");
  expect([harbor.request.mock.calls.length, satchel.request.mock.calls.length]).toEqual([0, 1]);
});

test("another extension that speaks alike is taken where Satchel's is not there, one of another version never", async () => {
  const [harbor, later] = [aProvider(), aProvider()];
  answerRequests(later, { ...SATCHEL, apiVersion: "2.0" });
  await expect(createClient({ timeoutMs: 120 })).rejects.toBeInstanceOf(ExtensionMissing);
  answerRequests(harbor, { ...HARBOR, apiVersion: "1.3" });
  await (await createClient({ timeoutMs: 120 })).chat("Hi");
  expect([harbor.request.mock.calls.length, later.request.mock.calls.length]).toEqual([1, 0]);
});

test("a page that lets the person choose hears of every extension once, and asks the chosen one", async () => {
  const [harbor, satchel] = [aProvider(), aProvider()];
  answerRequests(harbor, HARBOR);
  const all = announcements();
  cleanUp.push(() => all.close());
  const seen: string[][] = [];
  const stop = all.subscribe((list) => seen.push(list.map(({ info }) => info.name)));
  answerRequests(satchel);
  window.dispatchEvent(new Event("ai:requestProvider"));
  stop();
  announce(aProvider(), { ...HARBOR, uuid: "3" });
  expect(seen).toEqual([["Harbor"], ["Harbor", "Satchel"]]);
  expect(all.list()).toHaveLength(3);
  const [chosen] = all.list();
  if (chosen) await (await createClient({ transport: announced(chosen) })).chat("Hi");
  expect([harbor.request.mock.calls.length, satchel.request.mock.calls.length]).toEqual([1, 0]);
});

test("malformed announcements and a foreign window.ai are passed over", async () => {
  page.ai = { languageModel: {} };
  const looking = createClient({ timeoutMs: 150 });
  announce(undefined);
  announce({ request: "no function" });
  announce(aProvider(), null);
  window.dispatchEvent(new CustomEvent("ai:announceProvider"));
  await expect(looking).rejects.toBeInstanceOf(ExtensionMissing);
});

test("without an extension createClient rejects with code 4900 once the time is over", async () => {
  const startedAt = performance.now();
  const error: unknown = await createClient({ timeoutMs: 200 }).catch((fault: unknown) => fault);
  expect(performance.now() - startedAt).toBeGreaterThan(190);
  expect(performance.now() - startedAt).toBeLessThan(600);
  expect(error).toBeInstanceOf(NotConnected);
  expect(error).toMatchObject({ name: "ExtensionMissing", code: 4900, satchelCode: "extension_missing" });
});

test("it waits 2400 ms unless told otherwise", async () => {
  vi.useFakeTimers();
  cleanUp.push(() => vi.useRealTimers());
  const outcome = createClient().then(
    () => "found",
    () => "missing",
  );
  let settled = "";
  void outcome.then((word) => {
    settled = word;
  });
  await vi.advanceTimersByTimeAsync(2399);
  expect(settled).toBe("");
  await vi.advanceTimersByTimeAsync(1);
  expect(settled).toBe("missing");
});

test("the request, its signal and its events go through unchanged, unbound", async () => {
  const provider = aProvider();
  provider.request.mockImplementation(async function (this: unknown, call, options) {
    options?.onEvent?.({ type: "text-delta", delta: "Hello" });
    expect(options?.signal).toBeInstanceOf(AbortSignal);
    expect(call.method).toBe("ai_generate");
    return aResult();
  });
  answerRequests(provider);
  const heard: unknown[] = [];
  await (await createClient()).chat("Hi", { onEvent: (part) => heard.push(part) });
  expect(heard).toEqual([{ type: "text", text: "Hello" }]);
});

test("events are subscribed at the extension and unsubscribed again", async () => {
  const provider = aProvider();
  answerRequests(provider);
  const off = (await createClient()).on("modelChanged", () => undefined);
  off();
  expect(provider.on).toHaveBeenCalledOnce();
  expect(provider.off.mock.calls).toEqual(provider.on.mock.calls);
});
