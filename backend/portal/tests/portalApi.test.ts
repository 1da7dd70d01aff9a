import { ActivityFilter } from "@wire/activity-filter";
import { expect, test, vi } from "vitest";
import { PortalApi } from "../src/account/PortalApi";
import { PortalError } from "../src/account/PortalError";

function answering(reply: () => Response) {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => reply());
  const calls = () =>
    fetched.mock.calls.map(([url, init]) => [init.method, url, init.body && JSON.parse(String(init.body))]);
  return { api: new PortalApi(fetched as unknown as typeof fetch), fetched, calls };
}

const GRANT = {
  id: "grant_1",
  origin: "https://a.example",
  embedder: null,
  state: "allowed" as const,
  created_at: "2026-11-01T00:00:00Z",
  last_used_at: null,
  caveats: {
    models: ["a/b"],
    budget: { cap_nusd: 5, period: "week" as const, spent_nusd: 3, held_nusd: 1, resets_at: null },
    rate_per_minute: null,
    expires_at: null,
  },
};

test("every request goes by cookie, with the header that no other site can send", async () => {
  const { api, fetched } = answering(() => Response.json({ data: [] }));
  await api.keys();
  expect(fetched.mock.calls[0]).toEqual([
    "/portal/api/keys",
    { method: "GET", credentials: "same-origin", headers: { "X-Satchel-CSRF": "1" } },
  ]);
});

test("a revoked grant can be put back with the caveats it had, and only those", async () => {
  const { api, calls } = answering(() => new Response(null, { status: 204 }));
  await api.revoke(GRANT);
  await api.restore(GRANT);
  expect(calls()).toEqual([
    ["DELETE", "/portal/api/grants/grant_1", undefined],
    [
      "PUT",
      "/portal/api/grants",
      {
        origin: "https://a.example",
        state: "allowed",
        caveats: { models: ["a/b"], budget: { cap_nusd: 5, period: "week" } },
      },
    ],
  ]);
});

test("paging, stopping and choosing name what they mean", async () => {
  const { api, calls } = answering(() => Response.json({ data: [], next_cursor: null }));
  await api.generationPage(20, ActivityFilter.NONE, null);
  const failed = { search: " key rejected ", status: "failed", origin: "https://a.example" } as const;
  await api.generationPage(50, failed, "c/1");
  await api.stop({ id: "gen_1" } as Parameters<PortalApi["stop"]>[0]);
  await api.prefer("ollama:llama3:8b");
  expect(calls()).toEqual([
    ["GET", "/portal/api/generations?limit=20", undefined],
    [
      "GET",
      "/portal/api/generations?limit=50&origin=https%3A%2F%2Fa.example&q=key+rejected&status=failed&cursor=c%2F1",
      undefined,
    ],
    ["POST", "/portal/api/generations/gen_1/cancel", undefined],
    ["PATCH", "/portal/api/account", { preferred_model: "ollama:llama3:8b" }],
  ]);
});

test("an error keeps the server's words and its codes", async () => {
  const error = {
    code: 400,
    message: "There is no model 'x'.",
    metadata: { satchel_code: "unknown_model", request_id: "req_1" },
  };
  const { api } = answering(() => Response.json({ error }, { status: 400 }));
  await expect(api.prefer("x")).rejects.toMatchObject({
    name: "PortalError",
    status: 400,
    message: "There is no model 'x'.",
    satchelCode: "unknown_model",
    requestId: "req_1",
    signedOut: false,
  });
});

test("an ended sign-in, a silent server and a garbled answer are told apart", async () => {
  const signedOut = answering(() => new Response("<html>", { status: 401 })).api.account();
  await expect(signedOut).rejects.toMatchObject({ signedOut: true, message: "The server answered 401." });
  const away = answering(() => {
    throw new TypeError("fetch failed");
  }).api.account();
  await expect(away).rejects.toMatchObject({ status: 0, message: "Satchel does not answer. Is it still running?" });
  await expect(answering(() => Response.json({ data: 7 })).api.keys()).rejects.toBeInstanceOf(PortalError);
});

const PROOF_NEEDED = () =>
  Response.json({ error: { message: "prove it", metadata: { satchel_code: "proof_needed" } } }, { status: 403 });

test("what wants a proof is asked again once the person has given one", async () => {
  let proved = false;
  const { api, calls } = answering(() => (proved ? Response.json({ codes: ["a"] }) : PROOF_NEEDED()));
  api.askForProof = async () => {
    proved = true;
    return true;
  };
  expect(await api.security.newRecoveryCodes()).toEqual({ codes: ["a"] });
  expect(calls()).toHaveLength(2);
});

test("a person who gives no proof gets the refusal, and is not asked twice", async () => {
  const { api, calls } = answering(PROOF_NEEDED);
  const asked = vi.fn(async () => false);
  api.askForProof = asked;
  await expect(api.security.switchCodesOff()).rejects.toThrow("prove it");
  asked.mockImplementation(async () => true);
  await expect(api.security.switchCodesOff()).rejects.toThrow("prove it");
  expect(asked).toHaveBeenCalledTimes(2);
  expect(calls()).toHaveLength(3);
});
