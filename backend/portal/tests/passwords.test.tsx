// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sayStrength } from "../src/pages/sayStrength";
import { strengthWords } from "../src/passwords/strengthWords";
import { PasswordSection } from "../src/security/PasswordSection";
import type { SectionProps } from "../src/security/SectionProps";

const EMAIL = "mira.holt@lake.example";
const STRONG = "quartz lantern meadow pixel";
let host: HTMLElement;

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
});
afterEach(() => {
  render(null, host);
  host.remove();
});

function type(field: HTMLInputElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function said(words: RegExp | string): Promise<void> {
  await expect.poll(() => host.querySelector('[role="status"]')?.textContent, { timeout: 10_000 }).toMatch(words);
}

test("a password is put into words, one that is too short is not", async () => {
  expect(await strengthWords("quartz", EMAIL)).toBe("");
  expect(await strengthWords("password12", EMAIL)).toMatch(/^Weak/);
  expect(await strengthWords("mira.holt1", EMAIL)).toMatch(/^Weak/);
  expect(await strengthWords(STRONG, EMAIL)).toMatch(/^Strong/);
});

test("the form of a new password says how hard it is to guess", async () => {
  const props: SectionProps = { doors: {} as SectionProps["doors"], toast: () => {} };
  render(<PasswordSection {...props} email={EMAIL} changed={() => {}} />, host);
  const field = host.querySelector("#new-password") as HTMLInputElement;
  type(field, "password12");
  await said(/^Weak/);
  type(field, STRONG);
  await said(/^Strong/);
  type(field, "");
  await said(/^$/);
});

test("so does the page on which an account is made", async () => {
  host.innerHTML =
    `<form><input name="email" value="${EMAIL}"><input id="password" type="password">` +
    '<p role="status" data-strength="password"></p></form>';
  sayStrength(host.querySelector("[data-strength]") as HTMLElement);
  type(host.querySelector("#password") as HTMLInputElement, "mira.holt1");
  await said(/^Weak/);
  type(host.querySelector("#password") as HTMLInputElement, STRONG);
  await said(/^Strong/);
});
