import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectRoutes } from "../../src/direct/direct-routes";
import type { DirectParts } from "../../src/direct/direct-runs";
import { LocalServers } from "../../src/direct/local-servers";
import { Provider } from "../../src/page/provider";
import { windowAi } from "../../src/page/window-ai";
import type { Grant } from "../../src/wire/grant";
import { ReplyMessage } from "../../src/wire/reply-message";
import { RpcFailure } from "../../src/wire/rpc-failure";
import { SiteGrants } from "../../src/worker/site-grants";
import { noDirect } from "../worker/no-direct";
import { Stage } from "../worker/stage";
import { turn } from "../worker/turn";
import { privatePair } from "./private-pair";

/**
 * What a page saw of the original when its local server answered so (window-ai.md §2, §6, §7, by its marks R and S; its source was read
 * again on 2026-11-29), and what it sees of ours: the same bytes go from the server through the worker to `window.ai`. A row with
 * `because` belongs to the written list of differences.
 */
interface Row {
  name: string;
  /** What the server's doors say; the others are 404. Each of `chunks` is a read of its own, a byte a character. */
  server: { model?: object | false; chunks?: readonly string[]; whole?: object; status?: number; isChat?: boolean };
  /** What happened to the page; `LOST` where it waited for ever. */
  original: unknown;
  because?: string;
  ours?: unknown;
}

const LOST = "never settled";
const TEXT = [{ text: "Hello" }];
const partial = (text: string) => ["handler", { text, isPartial: true }, null];
const failed = (words: unknown) => [
  ["handler", null, words],
  ["reject", words],
];
const data = (body: object) => `data: ${JSON.stringify(body)}\n\n`;
const said = (text: string) => data({ choices: [{ text }] });
const spoken = (delta: object, more: object = {}) => data({ choices: [{ delta, ...more }] });
const GOOD = [partial("He"), partial("llo"), ["resolve", TEXT]];
const PARSER = expect.stringMatching(/JSON/) as unknown;
const TYPE_ERROR = "Cannot read properties of undefined (reading 'map')";
const axios = (status: number) =>
  `MODEL_REJECTED_REQUEST: ${status}: AxiosError: Request failed with status code ${status}`;

/** The bytes of a text, one a character, cut in the middle of the first that is not of ASCII. */
function cutInside(text: string): string[] {
  const bytes = Buffer.from(text);
  const at = bytes.findIndex((byte) => byte > 127) + 1;
  return [bytes.subarray(0, at).toString("latin1"), bytes.subarray(at).toString("latin1")];
}

const ROWS: Row[] = [
  { name: "a stream that ends without a word", server: { chunks: [said("He"), said("llo")] }, original: GOOD },
  {
    name: "a stream that ends with [DONE]",
    server: { chunks: [said("He"), said("llo"), "data: [DONE]\n\n"] },
    original: expect.arrayContaining(failed(PARSER)),
    because: "most servers say so; the original read it as JSON",
    ours: GOOD,
  },
  {
    name: "an OpenAI-compatible stream",
    server: {
      isChat: true,
      chunks: [spoken({ content: "He" }), spoken({ content: "llo" }, { finish_reason: "stop" }), "data: [DONE]\n\n"],
    },
    original: expect.arrayContaining(failed(expect.any(String))),
    because: "the original knew no delta at a local server",
    ours: GOOD,
  },
  {
    name: "comment lines",
    server: { chunks: [": waiting\n\n", said("He"), ": waiting\n\n", said("llo")] },
    original: [partial(""), partial("He"), partial(""), partial("llo"), ["resolve", TEXT]],
    because: "a comment says nothing, so nothing is delivered",
    ours: GOOD,
  },
  {
    name: "an empty text",
    server: { chunks: [said(""), said("He"), said("llo")] },
    original: [partial(""), ...GOOD],
    because: "a server's empty text says nothing, so nothing is delivered",
    ours: GOOD,
  },
  {
    name: "an event split over two reads",
    server: { chunks: [said("He"), said("llo").slice(0, 20), said("llo").slice(20)] },
    original: expect.arrayContaining(failed(PARSER)),
    because: "the original had no buffer between reads",
    ours: GOOD,
  },
  {
    name: "a character split over two reads",
    server: { chunks: cutInside(said("Grüße")) },
    original: expect.arrayContaining(failed(PARSER)),
    because: "the original had no buffer between reads",
    ours: [partial("Grüße"), ["resolve", [{ text: "Grüße" }]]],
  },
  {
    name: "`data: ` in the text",
    server: { chunks: [said("the data: Hello")] },
    original: failed(PARSER),
    because: "the original cut the line there",
    ours: [partial("the data: Hello"), ["resolve", [{ text: "the data: Hello" }]]],
  },
  {
    name: "no /model",
    server: { model: false, chunks: [said("He"), said("llo")] },
    original: failed(axios(404)),
    because: "the README calls it optional",
    ours: GOOD,
  },
  {
    name: "an empty stream",
    server: { chunks: [] },
    original: LOST,
    because: "every call settles",
    ours: failed(expect.stringMatching(/^MODEL_REJECTED_REQUEST: 502: .*stopped before its answer was whole/)),
  },
  {
    name: "an error inside the stream",
    server: { chunks: [said("He"), data({ error: { message: "no memory" } })] },
    original: expect.arrayContaining(failed(TYPE_ERROR)),
    because: "the server's words are kept",
    ours: [partial("He"), ...failed(expect.stringMatching(/^MODEL_REJECTED_REQUEST: 502: .*no memory/))],
  },
  {
    name: "an error with status 200",
    server: { whole: { error: { message: "no memory" } } },
    original: [partial(""), ["resolve", [{ text: "" }]]],
    because: "an error is no empty answer",
    ours: failed(expect.stringMatching(/^MODEL_REJECTED_REQUEST: 502: .*no memory/)),
  },
  ...[400, 429, 500].map(
    (status): Row => ({
      name: `status ${status}`,
      server: { status, whole: { error: { message: "the server's words" } } },
      original: failed(axios(status)),
      because: "the server's words are kept after the same beginning",
      ours: failed(expect.stringMatching(new RegExp(`^MODEL_REJECTED_REQUEST: ${status}: .*the server's words`))),
    }),
  ),
  { name: "status 401", server: { status: 401, whole: {} }, original: failed("NOT_AUTHENTICATED") },
  { name: "status 402", server: { status: 402, whole: {} }, original: failed("PAYMENT_REQUIRED") },
];

const OWN = "http://127.0.0.1:8000";
const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
const caveats = { models: null, budget: null, rate_per_minute: null, expires_at: null, local_only: false };
const grant: Grant = {
  ...{ id: "grant_1", origin: caller.origin, embedder: null, state: "allowed", caveats },
  ...{ created_at: "2026-11-29T00:00:00Z", last_used_at: null },
};

function answerOf({ chunks, whole, status = 200 }: Row["server"]): Response {
  if (whole !== undefined) return Response.json(whole, { status });
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const text of chunks ?? []) {
        controller.enqueue(Uint8Array.from(Buffer.from(text, "latin1")));
        await turn(); // each is a read of its own
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

let pair: ReturnType<typeof privatePair>;
beforeEach(() => {
  pair = privatePair();
});
afterEach(() => pair.close());

/** A page whose site may ask, the worker, and the person's own server, which is also their default. */
function page(server: Row["server"] | null) {
  const { model = { id: "llama" }, isChat = false } = server ?? {};
  const paths = new Map<string, () => Response>([
    ["/v1/completions", () => answerOf(server ?? {})],
    ...(model === false ? [] : [["/v1/model", () => Response.json(model)] as const]),
  ]);
  if (isChat) {
    paths.set("/v1/models", () => Response.json({ data: [{ id: "llama" }] }));
    paths.set("/v1/chat/completions", () => answerOf(server ?? {}));
  }
  if (model === false) paths.set("/v1/completions", oneWordFirst(server ?? {}));
  const fetch: typeof globalThis.fetch = async (url) => {
    if (!String(url).startsWith(OWN) || server === null) throw new TypeError("Failed to fetch");
    return paths.get(String(url).slice(OWN.length))?.() ?? Response.json({}, { status: 404 });
  };
  const servers = new LocalServers({ fetch, isOn: async () => true, own: async () => `${OWN}/v1` });
  const preferred = async () => (model === false ? "here:local" : "here:llama");
  const routes = new DirectRoutes({ sources: [servers], preferred, isListed: async () => false });
  const direct: DirectParts = { ...noDirect, routes, grant: async () => grant, record: async () => grant };
  const { generations } = new Stage(undefined, direct);
  const account = async () => {
    if (server === null) throw new RpcFailure(4900, "Your Satchel does not answer");
    return { preferred_model: await routes.preferred() } as never;
  };
  const grants = new SiteGrants({
    grants: async () => [grant],
    account,
    deleteGrant: async () => undefined,
    narrowGrant: async () => grant,
  });
  answerPage(generations, grants);
  return windowAi(new Provider(pair.channel)) as Record<string, (...args: unknown[]) => unknown>;
}

/** What the worker's port to a page does. */
function answerPage(generations: Stage["generations"], grants: SiteGrants): void {
  pair.answer(({ id, method, params }) => {
    const send = (message: ReplyMessage) => pair.post(ReplyMessage.format(message));
    if (method === "ai_generate")
      void generations.start({ id, params, caller, active: true, visible: true, after: null }, send);
    if (method === "ai_getCurrentModel")
      void grants.currentModel(caller).then(
        (result) => send({ kind: "result", id, result }),
        (error: RpcFailure) => send({ kind: "error", id, error: error.toWire() }),
      );
  });
}

/** A server that names no model writes one word to whoever looks what it is, then what the row says. */
function oneWordFirst(server: Row["server"]): () => Response {
  let isFirst = true;
  return () => {
    if (!isFirst) return answerOf(server);
    isFirst = false;
    return Response.json({ choices: [{ text: "Hi" }] });
  };
}

async function outcome(server: Row["server"]): Promise<unknown[]> {
  const happened: unknown[] = [];
  const onStreamResult = (...args: unknown[]) => happened.push(["handler", ...args]);
  const asked = page(server)["generateText"]?.({ prompt: "hi" }, { onStreamResult }) as Promise<unknown>;
  await asked.then(
    (value) => happened.push(["resolve", value]),
    (error: unknown) => happened.push(["reject", error]),
  );
  return happened;
}

describe("F3: what the original made of a server's answer, and what we do", () => {
  it.each(ROWS)("F3: $name", async ({ server, original, because, ours }) => {
    const happened = await outcome(server);
    if (because === undefined) return expect(happened).toEqual(original);
    expect(happened).toEqual(ours);
    expect(happened).not.toEqual(original);
  });

  it("F3: addEventListener gives an id; every handler hears every failed call, and a changed model with its name", async () => {
    const ai = page({ status: 401, whole: {} });
    const heard: unknown[][] = [];
    const ids = [1, 2].map((which) => ai["addEventListener"]?.((...told: unknown[]) => heard.push([which, ...told])));
    expect(ids.every((id) => typeof id === "string" && id !== "")).toBe(true);
    await Promise.allSettled([ai["generateText"]?.({ prompt: "hi" }), ai["getCompletion"]?.({ prompt: "hi" })]);
    const error = ["error", "NOT_AUTHENTICATED"];
    expect(heard.toSorted(([one], [other]) => Number(one) - Number(other))).toEqual(
      [1, 1, 2, 2].map((which) => [which, ...error]),
    );
    pair.post({ push: "modelChanged", data: { model: "here:llama" } });
    await turn();
    expect(heard.slice(4)).toEqual([1, 2].map((which) => [which, "model_changed", { model: "here:llama" }]));
  });

  it("F3, A10: getCurrentModel names the local model; ours says whose it is, and asks no server for it", async () => {
    expect(await page({})["getCurrentModel"]?.()).toBe("here:llama"); // the original: "llama"
  });

  it("F3, A10: getCurrentModel rejects NOT_AUTHENTICATED when nobody is there, as the original did", async () => {
    await expect(page(null)["getCurrentModel"]?.()).rejects.toBe("NOT_AUTHENTICATED");
  });
});
