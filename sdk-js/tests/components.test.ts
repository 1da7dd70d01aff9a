// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "../src/auth/Session.js";
import { defineComponents } from "../src/components/defineComponents.js";
import { SignInRequired } from "../src/errors/SignInRequired.js";
import { settled } from "./fakeTransport.js";

defineComponents();
afterEach(() => document.body.replaceChildren());

/** A session whose window is answered by the test. */
function aSession() {
  const listeners = new Set<(isSignedIn: boolean) => void>();
  const session = {
    isSignedIn: false,
    answer: (_error?: Error) => {},
    signIn: vi.fn(
      (_signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          session.answer = (error) => {
            if (error) return reject(error);
            change(true);
            resolve();
          };
        }),
    ),
    signOut: vi.fn(async () => change(false)),
    onChange(listener: (isSignedIn: boolean) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const change = (isSignedIn: boolean) => {
    session.isSignedIn = isSignedIn;
    for (const listener of listeners) listener(isSignedIn);
  };
  return { session, listeners };
}

function aButton(session: unknown) {
  const element = document.createElement("satchel-sign-in");
  element.session = session as Session;
  document.body.append(element);
  const button = element.shadowRoot!.querySelector("button")!;
  return { element, button, says: () => button.querySelector("slot")?.textContent };
}

test("the button signs in and out, and says where it stands", async () => {
  const { session } = aSession();
  const { element, button, says } = aButton(session);
  const heard: unknown[] = [];
  document.addEventListener("satchel-change", (event) => heard.push((event as CustomEvent).detail), { once: true });
  expect(says()).toBe("Sign in with Satchel");
  button.click();
  expect(says()).toBe("Waiting for Satchel");
  session.answer();
  await settled();
  expect(says()).toBe("Sign out");
  expect(heard).toEqual([true]);
  button.click();
  await settled();
  expect(session.signOut).toHaveBeenCalledOnce();
  expect(says()).toBe("Sign in with Satchel");
  element.remove();
});

test("pressing it while it waits starts over, and what fails is told", async () => {
  const { session } = aSession();
  const { element, button, says } = aButton(session);
  const errors: unknown[] = [];
  element.addEventListener("satchel-error", (event) => errors.push((event as CustomEvent).detail));
  button.click();
  const first = session.signIn.mock.calls[0]?.[0];
  button.click();
  expect(first?.aborted).toBe(true);
  session.answer(new SignInRequired("Blocked."));
  await settled();
  expect(errors).toMatchObject([{ name: "SignInRequired" }]);
  expect(says()).toBe("Sign in with Satchel");
});

test("without a session there is nothing to press, and a button that is gone listens no more", async () => {
  const { session, listeners } = aSession();
  const { element, button } = aButton(undefined);
  expect(button.disabled).toBe(true);
  element.session = session as unknown as Session;
  expect(button.disabled).toBe(false);
  expect(listeners.size).toBe(1);
  element.remove();
  expect(listeners.size).toBe(0);
});

test("the invitation comes when there is no extension, and goes when there is one", async () => {
  vi.useFakeTimers();
  const element = document.createElement("satchel-install");
  element.setAttribute("href", "https://a.example/get");
  document.body.append(element);
  expect(element.hidden).toBe(true);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(element.hidden).toBe(false);
  expect(element.shadowRoot?.querySelector("a")?.href).toBe("https://a.example/get");
  window.dispatchEvent(
    new CustomEvent("ai:announceProvider", { detail: { info: { apiVersion: "1" }, provider: { request() {} } } }),
  );
  expect(element.hidden).toBe(true);
  vi.useRealTimers();
});

test("the words are the page's where it fills the slots", () => {
  const { session } = aSession();
  const { element } = aButton(session);
  expect(element.shadowRoot?.querySelector("slot")?.name).toBe("signed-out");
});
