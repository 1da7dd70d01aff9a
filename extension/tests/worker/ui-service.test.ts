import { describe, expect, it } from "vitest";
import type { ProviderChange } from "../../src/wire/provider-change";
import { Settings } from "../../src/worker/settings";
import { SignIn } from "../../src/worker/sign-in";
import { UiService } from "../../src/worker/ui-service";
import { memoryKeyValue } from "./memory-key-value";

/** What the service does about a change that the person said yes to. */
async function done(change: Partial<ProviderChange>, model: string | null): Promise<unknown[]> {
  const did: unknown[] = [];
  const service = new UiService({
    changes: {
      accept: (_: string, deed: (change: unknown) => Promise<void>) => deed(change),
      leave: () => did.push("left provider's question"),
    },
    choices: { leave: () => did.push("left choice") },
    permissions: { leave: () => did.push("left permissions") },
    backend: {
      setModel: async (id: string) => did.push(["default", id]),
      keys: async () => [{ id: "key_1" }, { id: "key_3" }],
      deleteKey: async (id: string) => did.push(["forget", id]),
    },
    generations: { leave: () => did.push("told pages") },
    link: { close: () => did.push("closed") },
    session: { signOut: async () => did.push("signed out") },
    subscribers: { modelChanged: async () => did.push("told") },
    changed: () => undefined,
  } as unknown as ConstructorParameters<typeof UiService>[0]);
  await service.acceptChange("c", model);
  return did;
}

it("A12: a yes sets the default, forgets the keys that are still there, or ends this browser's connection", async () => {
  const keys = ["key_1", "key_2"].map((id) => ({ id, provider: "lab", name: "Lab", label: null, last4: null }));
  expect(await done({ kind: "default", keys }, "lab:one")).toEqual([["default", "lab:one"], "told"]);
  expect(await done({ kind: "sign_out", keys }, null)).toEqual([["forget", "key_1"], "told"]);
  const left = ["left permissions", "left provider's question", "left choice"];
  expect(await done({ kind: "sign_out", keys: null }, null)).toEqual(["told pages", ...left, "closed", "signed out"]);
});

it("D3: screens that choose who chats are given those that can, and all others where everything is listed", async () => {
  const model = (id: string, ...capabilities: string[]) => ({ id, satchel: { capabilities } });
  const all = [
    model("a/chat", "chat", "tools"),
    model("b/embed", "embeddings"),
    model("c/draw", "image_output", "chat"),
  ];
  const backend = { models: async () => all };
  const service = new UiService({ backend } as unknown as ConstructorParameters<typeof UiService>[0]);
  expect((await service.models()).map(({ id }) => id)).toEqual(["a/chat", "c/draw"]);
  expect(await service.everyModel()).toEqual(all);
});

describe("another address", () => {
  const nobody = { leave: () => undefined };
  const OLD = "https://satchel.example";

  /** Signed in at the old address, or not; `answer` is what the new one says of itself. */
  async function stage(answer: () => Promise<Response>, signedIn = true) {
    const settings = new Settings(memoryKeyValue());
    await settings.setBackend(OLD);
    const left: string[] = [];
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      return answer();
    };
    const service = new UiService({
      settings,
      signIn: new SignIn({ settings, fetch } as unknown as ConstructorParameters<typeof SignIn>[0]),
      session: { signedIn: async () => signedIn, signOut: async () => left.push(await settings.backend()) },
      ...{ generations: nobody, permissions: nobody, changes: nobody, choices: nobody },
      link: { close: () => undefined },
      changed: () => undefined,
    } as unknown as ConstructorParameters<typeof UiService>[0]);
    return { service, settings, left, asked };
  }

  it("ends the sign-in at the old one, where that was, once a Satchel answers there", async () => {
    const { service, settings, left, asked } = await stage(async () =>
      Response.json({ issuer: "https://new.example" }),
    );
    expect(await service.setBackend("https://new.example/portal")).toBe("https://new.example");
    expect([left, await settings.backend()]).toEqual([[OLD], "https://new.example"]);
    expect(asked).toEqual(["https://new.example/.well-known/oauth-authorization-server"]);
    await service.setBackend("https://new.example");
    expect([left.length, asked.length]).toEqual([1, 1]);
  });

  it.each<[string, () => Promise<Response>, string]>([
    ["nothing answers", () => Promise.reject(new TypeError("refused")), "sign_in_silence"],
    ["something else answers", async () => new Response("<h1>Not Found</h1>", { status: 404 }), "sign_in_no_satchel"],
  ])("leaves the sign-in as it is where %s", async (_, answer, code) => {
    const { service, settings, left } = await stage(answer);
    await expect(service.setBackend("https://satchle.example")).rejects.toMatchObject({
      code,
      places: { address: "https://satchle.example" },
    });
    await expect(service.setBackend("http://satchel.example")).rejects.toMatchObject({ code: "address_insecure" });
    expect([left, await settings.backend()]).toEqual([[], OLD]);
  });

  it("is kept unasked where there is no sign-in to lose", async () => {
    const { service, settings, asked } = await stage(() => Promise.reject(new TypeError("refused")), false);
    await service.setBackend("127.0.0.1:9000");
    expect([await settings.backend(), asked]).toEqual(["http://127.0.0.1:9000", []]);
  });
});
