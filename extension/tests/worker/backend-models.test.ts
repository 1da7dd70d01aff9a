import { expect, it } from "vitest";
import { Backend } from "../../src/worker/backend";
import type { Session } from "../../src/worker/session";
import { Settings } from "../../src/worker/settings";
import { memoryKeyValue } from "./memory-key-value";

const here = { id: "ollama:m", satchel: { local: true, place: "computer", provider: "ollama" } };
const far = { id: "openai:m", satchel: { local: false, place: "elsewhere", provider: "openai" } };
const asked: string[] = [];
const session = { headers: async () => ({}) } as unknown as Session;
const fetch = (async (url: string) => {
  asked.push(url);
  return Response.json({ data: [here, far] });
}) as unknown as typeof globalThis.fetch;

async function placesAt(address: string) {
  const settings = new Settings(memoryKeyValue());
  await settings.setBackend(address);
  const models = await new Backend(settings, session, fetch).models();
  return models.map(({ satchel: { local, place } }) => [local, place]);
}

it("B8: what a Satchel on this computer says of its models is believed", async () => {
  for (const address of ["http://127.0.0.1:8787", "http://localhost:9000"])
    expect(await placesAt(address)).toEqual([
      [true, "computer"],
      [false, "elsewhere"],
    ]);
});

it("D3: asks for all models, not only for those that write", () => {
  expect(new Set(asked.map((url) => new URL(url).search))).toEqual(new Set(["?output_modalities=all"]));
});

it("B8: no model of a Satchel elsewhere is on this computer, whatever it says", async () => {
  expect(await placesAt("https://satchel.example")).toEqual([
    [false, "server"],
    [false, "elsewhere"],
  ]);
});
