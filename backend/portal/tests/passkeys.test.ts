// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { browserOf } from "../src/format/browserOf";
import { offerPasskey } from "../src/pages/offerPasskey";
import { provePasskey } from "../src/pages/provePasskey";
import { answerPasskey, type PasskeyOptions } from "../src/passkeys/answerPasskey";
import { passkeyFault } from "../src/passkeys/passkeyFault";

const OPTIONS = {
  rp: { id: "localhost", name: "Satchel" },
  user: { id: "YQ", name: "mira@holt.example", displayName: "" },
  challenge: "YQ",
  pubKeyCredParams: [],
} as PasskeyOptions;

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

/** Stand in for the browser's passkeys. */
function stubPasskeys(create: () => Promise<unknown>): void {
  vi.stubGlobal("PublicKeyCredential", class {});
  vi.stubGlobal("navigator", { credentials: { create }, userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0" });
}

const buffer = () => new Uint8Array([1]).buffer;
const made = () => ({
  id: "AQ",
  rawId: buffer(),
  type: "public-key",
  response: { clientDataJSON: buffer(), attestationObject: buffer() },
  getClientExtensionResults: () => ({ prf: { enabled: true, results: { first: buffer() } } }),
});

function drawSetup(): HTMLElement {
  document.body.innerHTML = `<form><input type="hidden" name="link" value="L"><input name="email" value="mira@holt.example">
    <input name="password" value="secret words"><div data-passkey="/setup/passkey" hidden>
    <button type="button">Make</button><p role="alert" hidden></p></div></form>`;
  return document.querySelector("[data-passkey]") as HTMLElement;
}

async function pressed(part: HTMLElement): Promise<void> {
  part.querySelector("button")?.click();
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

test("what a passkey derives never leaves the browser; that it can is told", async () => {
  stubPasskeys(async () => made());
  const answer = JSON.stringify(await answerPasskey(OPTIONS));
  expect(answer).toContain('"clientExtensionResults":{"prf":{"enabled":true}}');
  expect(answer).not.toContain("first");
});

test("a browser without passkeys is offered none", () => {
  const part = drawSetup();
  offerPasskey(part, {} as Window);
  expect(part.hidden).toBe(true);
});

test("the form's fields go along, never its password, and the page goes on where the server says", async () => {
  const sent: [string, string][] = [];
  vi.stubGlobal("fetch", async (path: string, { body }: { body: string }) => {
    sent.push([path, body]);
    return Response.json(path.endsWith("/begin") ? OPTIONS : { next: "/there" });
  });
  stubPasskeys(async () => made());
  const part = drawSetup();
  const assign = vi.fn();
  offerPasskey(part, { PublicKeyCredential: class {}, location: { assign } } as unknown as Window);
  await pressed(part);
  expect(sent.map(([path]) => path)).toEqual(["/setup/passkey/begin", "/setup/passkey"]);
  expect(sent[1]?.[1]).toContain('"link":"L"');
  expect(sent[1]?.[1]).toContain('"name":"Chrome on Linux"');
  expect(sent.join()).not.toContain("secret words");
  expect(assign).toHaveBeenCalledWith("/there");
});

test("what went wrong is said beside the button", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ error: { message: "too many attempts; wait" } }, { status: 429 }));
  stubPasskeys(async () => made());
  const part = drawSetup();
  offerPasskey(part, { PublicKeyCredential: class {} } as unknown as Window);
  await pressed(part);
  const alert = part.querySelector<HTMLElement>("[role=alert]");
  expect(alert?.hidden).toBe(false);
  expect(alert?.textContent).toBe("Too many attempts; wait.");
});

/** Draw the page that asks who is there; return its part for passkeys, and what its form sends. */
function drawProof(): [HTMLElement, () => [string, FormDataEntryValue][]] {
  document.body.innerHTML = `<form><input type="hidden" name="budget" value="500"><input name="proof_password" required>
    <div data-prove hidden><input type="hidden" name="decision" value="allow" disabled>
    <input type="hidden" name="proof_credential" disabled><button type="button">Use</button><p role="alert" hidden></p></div></form>`;
  const form = document.querySelector("form") as HTMLFormElement;
  let sent: [string, FormDataEntryValue][] = [];
  form.submit = () => {
    sent = [...new FormData(form)];
  };
  return [document.querySelector("[data-prove]") as HTMLElement, () => sent];
}

test("a passkey that proves who is there goes along with the form, and with everything that it carries", async () => {
  const asked: RequestInit[] = [];
  const { rp: _, ...wanted } = { ...OPTIONS, rpId: "localhost" } as Record<string, unknown>;
  vi.stubGlobal("fetch", async (path: string, how: RequestInit) => {
    asked.push(how);
    return path === "/portal/api/proof/begin" ? Response.json(wanted) : Response.json({}, { status: 404 });
  });
  vi.stubGlobal("PublicKeyCredential", class {});
  const response = { clientDataJSON: buffer(), authenticatorData: buffer(), signature: buffer() };
  vi.stubGlobal("navigator", { credentials: { get: async () => ({ ...made(), response }) } });
  const [part, sent] = drawProof();
  provePasskey(part, { PublicKeyCredential: class {} } as unknown as Window);
  expect(part.hidden).toBe(false);
  await pressed(part);
  const form = Object.fromEntries(sent());
  expect([form.budget, form.decision]).toEqual(["500", "allow"]);
  expect(JSON.parse(String(form.proof_credential)).id).toBe("AQ");
  expect(new Headers(asked[0]?.headers).get("x-satchel-csrf")).toBe("1");
});

test("a passkey that did not do sends nothing, and says why; a browser without any is offered none", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ error: { message: "you were signed out" } }, { status: 401 }));
  const [part, sent] = drawProof();
  provePasskey(part, {} as Window);
  expect(part.hidden).toBe(true);
  provePasskey(part, { PublicKeyCredential: class {} } as unknown as Window);
  await pressed(part);
  expect(sent()).toEqual([]);
  expect(part.querySelector("[role=alert]")?.textContent).toBe("You were signed out.");
  expect(part.querySelector("button")?.hasAttribute("aria-busy")).toBe(false);
});

test("a person who changed their mind is told what else there is", () => {
  expect(passkeyFault(new DOMException("", "NotAllowedError"))).toContain("password");
  expect(passkeyFault(new DOMException("", "InvalidStateError"))).toContain("already");
});

test("browsers are named by what they call themselves", () => {
  const agents = {
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Chrome on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36",
    "Edge on macOS":
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
    "Safari on iPhone":
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
    "Chrome on Android": "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36",
    "Chrome on ChromeOS": "Mozilla/5.0 (X11; CrOS x86_64 1) AppleWebKit/537.36 HeadlessChrome/150.0.0.0 Safari/537.36",
    "Unknown browser": "curl/8.5",
  };
  for (const [name, agent] of Object.entries(agents)) expect(browserOf(agent)).toBe(name);
  expect(browserOf(null)).toBe("Unknown browser");
});
