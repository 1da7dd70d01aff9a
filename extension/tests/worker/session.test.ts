import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { browserSealedBox } from "../../src/worker/browser-sealed-box";
import type { KeyValue } from "../../src/worker/key-value";
import { Session } from "../../src/worker/session";
import { Settings } from "../../src/worker/settings";
import { memoryKeyValue } from "./memory-key-value";

let local: KeyValue;
let memory: KeyValue;
let posted: URLSearchParams[];
let reply: () => Response | Promise<Response>;
let session: Session;

beforeEach(() => {
  local = memoryKeyValue();
  memory = memoryKeyValue();
  posted = [];
  let count = 0;
  reply = () => Response.json({ access_token: `sat_${++count}`, refresh_token: `sat_r${count}`, expires_in: 600 });
  const fetch = (async (_url: string, init: RequestInit) => {
    posted.push(init.body as URLSearchParams);
    return reply();
  }) as unknown as typeof globalThis.fetch;
  session = new Session({ local, session: memory, box: browserSealedBox, settings: new Settings(local), fetch });
});

describe("the sign-in", () => {
  it("E1: keeps the refresh token sealed at rest", async () => {
    await session.redeem("code", "verifier", "https://x.example/");
    const stored = (await local.get<string>("refresh")) ?? "";
    expect(atob(stored)).not.toContain("sat_r1");
    expect(await browserSealedBox.open(stored)).toBe("sat_r1");
    expect(await session.accessToken()).toBe("sat_1");
  });

  it("refreshes once however many ask at the same time, and uses each refresh token once", async () => {
    await session.redeem("code", "verifier", "https://x.example/");
    await memory.remove("access");
    expect(await Promise.all([session.accessToken(), session.accessToken(), session.refresh()])).toEqual([
      "sat_2",
      "sat_2",
      "sat_2",
    ]);
    expect(posted.map((form) => form.get("refresh_token"))).toEqual([null, "sat_r1"]);
  });

  it("stays signed in when nobody answers, and is signed out when the token is refused", async () => {
    await session.redeem("code", "verifier", "https://x.example/");
    reply = () => Promise.reject(new TypeError("refused"));
    await expect(session.refresh()).rejects.toMatchObject({ code: 4900, data: { satchelCode: "backend_unreachable" } });
    expect(await session.signedIn()).toBe(true);
    reply = () => Response.json({ error: "invalid_grant" }, { status: 400 });
    await expect(session.refresh()).rejects.toMatchObject({ data: { satchelCode: "signed_out" } });
    expect(await session.signedIn()).toBe(false);
  });

  it("stays signed in when the browser's database fails, and is signed out when the seal is another profile's", async () => {
    await session.redeem("code", "verifier", "https://x.example/");
    const failing = { ...browserSealedBox, open: () => Promise.reject(new DOMException("starting", "UnknownError")) };
    const starting = new Session({ local, session: memory, box: failing, settings: new Settings(local), fetch });
    await expect(starting.refresh()).rejects.toMatchObject({ code: 4900 });
    expect(await session.signedIn()).toBe(true);
    await local.set("refresh", btoa("x".repeat(60)));
    await expect(session.refresh()).rejects.toMatchObject({ data: { satchelCode: "signed_out" } });
    expect(await session.signedIn()).toBe(false);
  });

  it("revokes on sign-out and forgets even when the backend is away", async () => {
    await session.redeem("code", "verifier", "https://x.example/");
    reply = () => Promise.reject(new TypeError("refused"));
    await session.signOut();
    expect(posted.at(-1)?.get("token")).toBe("sat_r1");
    expect(await session.signedIn()).toBe(false);
  });
});

describe("the address", () => {
  it("takes this computer over http and everything else over https only", async () => {
    const settings = new Settings(local);
    expect(await settings.setBackend("127.0.0.1:9000/")).toBe("http://127.0.0.1:9000");
    expect(await settings.setBackend("https://satchel.example/portal")).toBe("https://satchel.example");
    await expect(settings.setBackend("http://satchel.example")).rejects.toThrow("https");
    await expect(settings.setBackend("http://")).rejects.toThrow("not an address");
  });
});
