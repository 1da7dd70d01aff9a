// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { createClient } from "../src/createClient.js";
import { ExtensionMissing } from "../src/errors/ExtensionMissing.js";
import { NotConnected } from "../src/errors/NotConnected.js";
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

function announce(provider: unknown): void {
  window.dispatchEvent(new CustomEvent("ai:announceProvider", { detail: Object.freeze({ info: {}, provider }) }));
}

function answerRequests(provider: unknown): void {
  const answer = () => announce(provider);
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

test("malformed announcements and a foreign window.ai are passed over", async () => {
  page.ai = { languageModel: {} };
  const looking = createClient({ timeoutMs: 150 });
  announce(undefined);
  announce({ request: "no function" });
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
