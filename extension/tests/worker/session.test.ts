import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { base64url } from "../../src/vault/base64url";
import { profileKey } from "../../src/vault/profile-key";
import { browserProofKey } from "../../src/worker/browser-proof-key";
import { browserSealedBox } from "../../src/worker/browser-sealed-box";
import type { KeyValue } from "../../src/worker/key-value";
import { Session } from "../../src/worker/session";
import { Settings } from "../../src/worker/settings";
import { memoryKeyValue } from "./memory-key-value";

const ISSUER = "https://satchel.example";
const REDIRECT = "https://x.example/";

let local: KeyValue;
let memory: KeyValue;
let posted: URLSearchParams[];
let proofs: Record<string, unknown>[];
let now: Date;
let nonce: string;
let type: string;
let reply: () => Response | Promise<Response>;
let session: Session;

function life(more: { box?: typeof browserSealedBox; key?: typeof browserProofKey } = {}): Session {
  const parts = { box: browserSealedBox, key: browserProofKey, ...more };
  return new Session({ local, session: memory, settings: new Settings(local), fetch, ...parts });
}

/** The server, as far as it concerns the sign-in; its clock is `now`. */
const fetch = (async (url: string, init: RequestInit) => {
  const headers = { "DPoP-Nonce": nonce, Date: now.toUTCString() };
  if (url.endsWith("/.well-known/oauth-authorization-server")) return Response.json({ issuer: ISSUER }, { headers });
  posted.push(init.body as URLSearchParams);
  const proof = (init.headers as Record<string, string>)["DPoP"];
  if (proof !== undefined) {
    const claims = (await read(proof)).claims;
    proofs.push(claims);
    if (claims["nonce"] !== nonce) return Response.json({ error: "use_dpop_nonce" }, { status: 400, headers });
  }
  return reply();
}) as unknown as typeof globalThis.fetch;

/** Checks a proof's signature by the key that it brings; returns what it says. */
async function read(proof: string) {
  const [head = "", body = "", signature = ""] = proof.split(".");
  const [header, claims] = [head, body].map((part) => JSON.parse(new TextDecoder().decode(base64url.bytes(part))));
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", header.jwk, curve, true, ["verify"]);
  const signed = new TextEncoder().encode(`${head}.${body}`);
  const hash = { name: "ECDSA", hash: "SHA-256" };
  expect(await crypto.subtle.verify(hash, key, base64url.bytes(signature), signed)).toBe(true);
  expect([header.typ, header.alg, header.jwk.d]).toEqual(["dpop+jwt", "ES256", undefined]);
  return { header, claims: claims as Record<string, unknown> };
}

beforeEach(() => {
  local = memoryKeyValue();
  memory = memoryKeyValue();
  posted = [];
  proofs = [];
  now = new Date();
  nonce = "n1";
  type = "DPoP";
  let count = 0;
  reply = () => {
    count += 1;
    const tokens = { access_token: `sat_${count}`, refresh_token: `sat_r${count}` };
    return Response.json({ ...tokens, token_type: type, expires_in: 600 });
  };
  session = life();
});

/** What something waits for until the test releases it. */
function closedGate() {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((open) => {
    release = open;
  });
  return { gate, release: () => release() };
}

const token = async (fresh = false) => (await session.hello("/v1/socket", fresh)).token;

describe("the sign-in", () => {
  it("E1: keeps the refresh token sealed at rest", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    const stored = (await local.get<string>("refresh")) ?? "";
    expect(atob(stored)).not.toContain("sat_r1");
    expect(await browserSealedBox.open(stored)).toBe("DPoP sat_r1");
    expect(await token()).toBe("sat_1");
  });

  it("refreshes once however many ask at the same time, and uses each refresh token once", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    await memory.remove("access");
    expect(await Promise.all([token(), token(), token(true)])).toEqual(["sat_2", "sat_2", "sat_2"]);
    expect(posted.map((form) => form.get("refresh_token"))).toEqual([null, "sat_r1"]);
  });

  it("stays signed in when nobody answers, and is signed out when the token is refused", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    reply = () => Promise.reject(new TypeError("refused"));
    await expect(token(true)).rejects.toMatchObject({ code: 4900, data: { satchelCode: "backend_unreachable" } });
    expect(await session.signedIn()).toBe(true);
    reply = () => Response.json({ error: "invalid_grant" }, { status: 400 });
    await expect(token(true)).rejects.toMatchObject({ data: { satchelCode: "signed_out" } });
    expect(await session.signedIn()).toBe(false);
  });

  it.each(["invalid_grant", "invalid_client", "unauthorized_client"])(
    "is signed out when the server says %s",
    async (error) => {
      await session.redeem("code", "verifier", REDIRECT);
      reply = () => Response.json({ error }, { status: error === "invalid_client" ? 401 : 400 });
      await expect(token(true)).rejects.toMatchObject({ data: { satchelCode: "signed_out" } });
      expect(await session.signedIn()).toBe(false);
    },
  );

  it.each<[string, number, string]>([
    ["asks too often", 429, JSON.stringify({ error: "temporarily_unavailable" })],
    ["is told by a proxy that there is nothing", 404, "<h1>404 Not Found</h1>"],
    ["is kept out by a proxy", 403, "<h1>Forbidden</h1>"],
    ["is not understood", 400, JSON.stringify({ error: "invalid_request" })],
    ["is told what no server for sign-ins says", 400, JSON.stringify({ error: { code: "invalid_grant" } })],
    ["is led to a page to log in", 200, "<form>"],
    ["gets an answer without tokens", 200, JSON.stringify({ error: "invalid_grant" })],
    ["gets half an answer", 200, '{"access_token": "sat_'],
    ["is told that the server is broken", 503, JSON.stringify({ error: "invalid_grant" })],
  ])("stays signed in when it %s: that passes", async (_, status, body) => {
    await session.redeem("code", "verifier", REDIRECT);
    const answer = reply;
    reply = () => new Response(body, { status });
    await expect(token(true)).rejects.toMatchObject({ code: 4900, data: { satchelCode: "backend_unreachable" } });
    expect(await session.signedIn()).toBe(true);
    reply = answer;
    expect(await token(true)).toBe("sat_2");
  });

  it("stays signed in when the browser's database fails, and is signed out when the seal is another profile's", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    const starting = () => Promise.reject(new DOMException("starting", "UnknownError"));
    for (const broken of [
      { box: { ...browserSealedBox, open: starting } },
      { key: { ...browserProofKey, proof: starting } },
    ]) {
      await expect(life(broken).headers("GET", "/v1/models", true)).rejects.toMatchObject({ code: 4900 });
      expect(await session.signedIn()).toBe(true);
    }
    await local.set("refresh", btoa("x".repeat(60)));
    await expect(token(true)).rejects.toMatchObject({ data: { satchelCode: "signed_out" } });
    expect(await session.signedIn()).toBe(false);
  });

  it("revokes on sign-out and forgets even when the backend is away", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    reply = () => Promise.reject(new TypeError("refused"));
    await session.signOut();
    expect(posted.at(-1)?.get("token")).toBe("sat_r1");
    expect(await session.signedIn()).toBe(false);
  });
});

describe("the key", () => {
  it("proves itself for the very request, token and server, and never twice the same", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    const sent = await session.headers("GET", "/v1/models");
    expect(sent["Authorization"]).toBe("DPoP sat_1");
    const { header, claims } = await read(sent["DPoP"] ?? "");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("sat_1")));
    expect(claims).toMatchObject({ htm: "GET", htu: `${ISSUER}/v1/models`, ath: base64url.of(hash) });
    const socket = await session.hello("/v1/socket");
    const other = await read(socket.proof ?? "");
    expect(other.header.jwk).toEqual(header.jwk);
    expect(other.claims).toMatchObject({ htm: "GET", htu: `${ISSUER}/v1/socket` });
    expect(other.claims["jti"]).not.toBe(claims["jti"]);
  });

  it("cannot be taken out of the browser, and its thumbprint is the one of its public half", async () => {
    const { header } = await read(await browserProofKey.proof({ method: "GET", address: ISSUER, atMs: 0 }));
    const { crv, kty, x, y } = header.jwk;
    const bytes = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    expect(await browserProofKey.thumbprint()).toBe(base64url.of(hash));
    const pair = await profileKey<CryptoKeyPair>("proof", () => Promise.reject(new Error("it was made before")));
    await expect(crypto.subtle.exportKey("jwk", pair.privateKey)).rejects.toThrow();
  });

  it("is one key although two asked for the first at once", async () => {
    const make = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    const [one, two] = await Promise.all([profileKey("both", make), profileKey("both", make)]);
    expect(await crypto.subtle.exportKey("jwk", one)).toEqual(await crypto.subtle.exportKey("jwk", two));
  });

  it("takes the server's clock and the server's nonce, also one that has just changed", async () => {
    now = new Date(Date.now() - 3 * 3_600_000);
    await session.redeem("code", "verifier", REDIRECT);
    const at = Number((await read((await session.headers("GET", "/v1/models"))["DPoP"] ?? "")).claims["iat"]);
    expect(Math.abs(at - now.getTime() / 1000)).toBeLessThan(60);
    const answer = reply;
    reply = () => {
      reply = answer;
      nonce = "n2";
      return Response.json({ error: "use_dpop_nonce" }, { status: 400, headers: { "DPoP-Nonce": nonce } });
    };
    expect(await token(true)).toBe("sat_2");
    expect(proofs.map((claims) => claims["nonce"])).toEqual(["n1", "n1", "n2"]);
  });

  it("asks again at once for an answer that was lost on its way", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    const answer = reply;
    reply = () => {
      reply = answer;
      return Promise.reject(new TypeError("the network changed"));
    };
    expect(await token(true)).toBe("sat_2");
    expect(posted.map((form) => form.get("refresh_token"))).toEqual([null, "sat_r1", "sat_r1"]);
  });

  it("never redeems a code twice: that would end what the first time got", async () => {
    reply = () => Promise.reject(new TypeError("the network changed"));
    await expect(session.redeem("code", "verifier", REDIRECT)).rejects.toMatchObject({ code: 4900 });
    expect(posted).toHaveLength(1);
  });

  it("stays signed in when only its proof is refused", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    reply = () => Response.json({ error: "invalid_dpop_proof" }, { status: 400 });
    await expect(token(true)).rejects.toMatchObject({ code: 4900 });
    expect(await session.signedIn()).toBe(true);
  });

  it("is left out of a sign-in from before there was one, and with a server that binds no tokens", async () => {
    await local.set("refresh", await browserSealedBox.seal("sat_old"));
    type = "Bearer";
    expect(await session.headers("GET", "/v1/models")).toEqual({ Authorization: "Bearer sat_1" });
    expect(await session.hello("/v1/socket")).toEqual({ token: "sat_1" });
    expect(proofs).toEqual([]);
    await session.redeem("code", "verifier", REDIRECT);
    expect(proofs).toHaveLength(1);
    expect(await session.headers("GET", "/v1/models")).toEqual({ Authorization: "Bearer sat_2" });
    await token(true);
    expect(proofs).toHaveLength(1);
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

  it.each<[string, () => Response]>([
    ["what was got", () => Response.json({ access_token: "sat_late", refresh_token: "sat_rlate", token_type: "DPoP" })],
    ["a refusal", () => Response.json({ error: "invalid_grant" }, { status: 400 })],
  ])("keeps %s for a sign-in that was signed out of meanwhile from the next", async (_, late) => {
    await session.redeem("code", "verifier", REDIRECT);
    const answer = reply;
    const { gate, release } = closedGate();
    reply = () => gate.then(late);
    const refreshing = token(true).catch((error: unknown) => error);
    await expect.poll(() => posted.length).toBe(2);
    reply = answer;
    await session.signOut();
    expect(await session.signedIn()).toBe(false);
    await session.redeem("code", "verifier", REDIRECT);
    const present = await token();
    release();
    expect(await refreshing).toMatchObject({ data: { satchelCode: "signed_out" } });
    expect([await session.signedIn(), await token()]).toEqual([true, present]);
    await token(true);
    expect(posted.at(-1)?.get("refresh_token")).not.toMatch(/late|r1$/);
  });

  it("stays signed out when what it asked for before comes after", async () => {
    await session.redeem("code", "verifier", REDIRECT);
    const { gate, release } = closedGate();
    const answer = reply;
    reply = () => gate.then(answer);
    const refreshing = token(true).catch((error: unknown) => error);
    await expect.poll(() => posted.length).toBe(2);
    reply = answer;
    await session.signOut();
    release();
    expect(await refreshing).toMatchObject({ data: { satchelCode: "signed_out" } });
    expect([await session.signedIn(), await memory.get("access")]).toEqual([false, null]);
  });
});
