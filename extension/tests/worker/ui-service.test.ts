import { expect, it } from "vitest";
import type { ProviderChange } from "../../src/wire/provider-change";
import { UiService } from "../../src/worker/ui-service";

/** What the service does about a change that the person said yes to. */
async function done(change: Partial<ProviderChange>, model: string | null): Promise<unknown[]> {
  const did: unknown[] = [];
  const service = new UiService({
    changes: { accept: (_: string, deed: (change: unknown) => Promise<void>) => deed(change) },
    backend: {
      setModel: async (id: string) => did.push(["default", id]),
      keys: async () => [{ id: "key_1" }, { id: "key_3" }],
      deleteKey: async (id: string) => did.push(["forget", id]),
    },
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
  expect(await done({ kind: "sign_out", keys: null }, null)).toEqual(["closed", "signed out"]);
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
