// @vitest-environment happy-dom
import type { VaultDoors } from "@vault/vault-door";
import { render } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { VaultSetup } from "../src/account/VaultSetup";
import { ENOUGH, guessScore } from "../src/passwords/guessScore";

const host = document.createElement("div");
document.body.append(host);
afterEach(() => render(null, host));

test("a passphrase of usual words and tricks is guessable, one of several words is not", async () => {
  for (const weak of ["Password12345!", "qwertyuiop[]asdf", "satchelsatchel123", "iloveyou123456"]) {
    expect(await guessScore(weak), weak).toBeLessThan(ENOUGH);
  }
  for (const good of ["correct horse battery", "ankle bread cabin dozen early flame", "seven purple lamps hum"]) {
    expect(await guessScore(good), good).toBeGreaterThanOrEqual(ENOUGH);
  }
});

test("a guessable passphrase locks nothing, and the person is told why", async () => {
  const asked = vi.fn();
  const doors = new Proxy({}, { get: () => asked }) as VaultDoors;
  render(<VaultSetup doors={doors} done={async () => undefined} cancel={() => undefined} />, host);
  const code = await vi.waitFor(() => {
    const shown = host.querySelector(".recovery span")?.textContent;
    if (!shown) throw new Error("no recovery code yet");
    return shown;
  });
  await type("#passphrase", "Password12345!");
  await type("#typed", code.slice(-5));
  host.querySelector("form")?.requestSubmit();
  await vi.waitFor(() => expect(host.textContent).toContain("Programs guess this quickly"), 10_000);
  expect(asked).not.toHaveBeenCalled();
});

async function type(selector: string, value: string): Promise<void> {
  const field = host.querySelector<HTMLInputElement>(selector);
  if (!field) throw new Error(`there is no ${selector}`);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve, 20));
}
