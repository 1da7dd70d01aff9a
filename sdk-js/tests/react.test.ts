// @vitest-environment happy-dom
import { act, createElement, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "../src/auth/Session.js";
import { ExtensionMissing } from "../src/errors/ExtensionMissing.js";
import { AIProvider, type AIProviderProps } from "../src/react/AIProvider.js";
import { SignInButton } from "../src/react/SignInButton.js";
import { useAI } from "../src/react/useAI.js";
import { useChat } from "../src/react/useChat.js";
import { useGenerate } from "../src/react/useGenerate.js";
import { usePermission } from "../src/react/usePermission.js";
import type { TransportRequest } from "../src/Transport.js";
import { aFault, aResult, fakeTransport, settled } from "./fakeTransport.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
const mounted: (() => void)[] = [];
afterEach(() => {
  for (const unmount of mounted.splice(0)) act(unmount);
});

/** Mount a hook below a provider; `now()` is what it returned last. */
async function using<T>(hook: () => T, props: Omit<AIProviderProps, "children">) {
  const seen: T[] = [];
  function Probe(): ReactNode {
    seen.push(hook());
    return null;
  }
  const root = createRoot(document.createElement("div"));
  mounted.push(() => root.unmount());
  await act(async () => root.render(createElement(AIProvider, props, createElement(Probe))));
  await act(settled);
  return { now: () => seen.at(-1)!, seen };
}

function streaming({ onEvent, signal }: TransportRequest): Promise<unknown> {
  onEvent?.({ type: "reasoning-delta", delta: "Hm." });
  onEvent?.({ type: "text-delta", delta: "He" });
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    setTimeout(() => {
      onEvent?.({ type: "text-delta", delta: "llo" });
      resolve(aResult({ text: "Hello" }));
    }, 20);
  });
}

test("useAI goes from detecting to connected, or to absent with the reason", async () => {
  const { connect } = fakeTransport(() => undefined);
  const found = await using(useAI, { transport: connect });
  expect(found.seen[0]?.status).toBe("detecting");
  expect(found.now()).toMatchObject({ status: "connected" });
  const absent = await using(useAI, { transport: () => Promise.reject(new ExtensionMissing(1)) });
  expect(absent.now()).toMatchObject({ status: "absent", error: { name: "ExtensionMissing" } });
});

test("useAI tells of a session that is signed out", async () => {
  const { connect } = fakeTransport(() => undefined);
  let tell = (_isSignedIn: boolean) => {};
  const session = {
    isSignedIn: false,
    onChange(listener: typeof tell) {
      tell = listener;
      return () => {};
    },
  } as unknown as Session;
  const { now } = await using(useAI, { transport: connect, session });
  expect(now().status).toBe("signed-out");
  await act(async () => tell(true));
  expect(now().status).toBe("connected");
});

test("useGenerate follows an answer to its end", async () => {
  const { connect } = fakeTransport(streaming);
  const { now } = await using(() => useGenerate(), { transport: connect });
  expect(now().status).toBe("idle");
  let whole: unknown;
  await act(async () => {
    void now()
      .generate("Hi")
      .then((answer) => {
        whole = answer;
      });
    await settled();
  });
  expect(now()).toMatchObject({ status: "writing", text: "He", reasoning: "Hm." });
  await act(() => new Promise((resolve) => setTimeout(resolve, 40)));
  expect(now()).toMatchObject({ status: "done", text: "Hello", answer: { text: "Hello" } });
  expect(whole).toMatchObject({ text: "Hello" });
});

test("useGenerate stops, and a stop is no error; a failure is one", async () => {
  const replies = [streaming, () => Promise.reject(aFault(4020))];
  const { connect } = fakeTransport((call) => replies.shift()?.(call));
  const { now } = await using(() => useGenerate(), { transport: connect });
  await act(async () => {
    const asked = now().generate("Hi");
    now().stop();
    await asked;
  });
  expect(now()).toMatchObject({ status: "stopped", error: undefined });
  await act(async () => void (await now().generate("Hi")));
  expect(now()).toMatchObject({ status: "failed", error: { name: "BudgetExceeded" } });
});

test("a component that goes stops what it asked", async () => {
  const fake = fakeTransport(streaming);
  const { now } = await using(() => useGenerate(), { transport: fake.connect });
  await act(async () => {
    void now().generate("Hi");
    await settled();
  });
  act(mounted.pop()!);
  expect(fake.calls[0]?.signal?.aborted).toBe(true);
});

test("useChat keeps a conversation and shows the answer while it is written", async () => {
  const fake = fakeTransport(streaming);
  const { now } = await using(() => useChat({ system: "Be brief.", model: "a/b" }), { transport: fake.connect });
  await act(async () => {
    void now().send("Hi");
    await settled();
  });
  expect(now().messages.at(-1)).toEqual({ role: "assistant", content: "He" });
  await act(() => new Promise((resolve) => setTimeout(resolve, 40)));
  await act(() => now().send("More?"));
  expect(now().messages).toEqual([
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello" },
    { role: "user", content: "More?" },
    { role: "assistant", content: "Hello" },
  ]);
  expect(fake.calls[1]?.params).toMatchObject({
    model: "a/b",
    messages: [{ role: "system", content: "Be brief." }, { content: "Hi" }, { content: "Hello" }, { content: "More?" }],
  });
  act(() => now().clear());
  expect(now().messages).toEqual([]);
});

test("useChat keeps what was written when something else is said, and nothing comes back after clear", async () => {
  const { connect } = fakeTransport(streaming);
  const { now } = await using(() => useChat(), { transport: connect });
  const say = (text: string) =>
    act(async () => {
      void now().send(text);
      await settled();
    });
  await say("Hi");
  await say("No, wait");
  expect(now().messages.map(({ content }) => content)).toEqual(["Hi", "He", "No, wait", "He"]);
  act(() => now().clear());
  await act(() => new Promise((resolve) => setTimeout(resolve, 40)));
  expect(now().messages).toEqual([]);
});

test("useChat drops what failed before a word came, so that it can be said again", async () => {
  const { connect } = fakeTransport(() => Promise.reject(aFault(4001)));
  const { now } = await using(() => useChat(), { transport: connect });
  await act(() => now().send("Hi"));
  expect(now()).toMatchObject({ messages: [], status: "failed", error: { name: "PermissionDenied" } });
});

test("usePermission asks nobody and hears of changes", async () => {
  const permission = { state: "prompt", capabilities: [] as string[] };
  const fake = fakeTransport(() => ({ ...permission }));
  const { now } = await using(usePermission, { transport: fake.connect });
  expect(now().state).toBe("prompt");
  permission.state = "granted";
  await act(async () => fake.push("permissionsChanged", {}));
  await act(settled);
  expect(now().state).toBe("granted");
  expect(fake.calls.every(({ method }) => method === "ai_getPermissions")).toBe(true);
});

test("on a server nothing is connected, and a hook without a provider says so", () => {
  const connect = vi.fn();
  function Status(): ReactNode {
    return useAI().status;
  }
  expect(renderToString(createElement(AIProvider, { transport: connect }, createElement(Status)))).toBe("detecting");
  expect(connect).not.toHaveBeenCalled();
  expect(() => renderToString(createElement(Status))).toThrow(/AIProvider/);
});

test("SignInButton signs in, says so, and tells what fails", async () => {
  let isSignedIn = false;
  const listeners: ((isSignedIn: boolean) => void)[] = [];
  const session = {
    get isSignedIn() {
      return isSignedIn;
    },
    onChange: (listener: (isSignedIn: boolean) => void) => {
      listeners.push(listener);
      return () => {};
    },
    signIn: vi.fn(async () => {
      isSignedIn = true;
      for (const listener of listeners) listener(true);
    }),
    signOut: () => Promise.reject(aFault(4900)),
  };
  const errors: Error[] = [];
  const host = document.createElement("div");
  const root = createRoot(host);
  mounted.push(() => root.unmount());
  const props = { session: session as unknown as Session, onError: (error: Error) => errors.push(error) };
  await act(async () => root.render(createElement(SignInButton, props)));
  const button = host.querySelector("button")!;
  expect(button.textContent).toBe("Sign in with Satchel");
  await act(async () => button.click());
  expect(button.textContent).toBe("Sign out");
  await act(async () => button.click());
  expect(errors).toMatchObject([{ name: "NotConnected" }]);
});
