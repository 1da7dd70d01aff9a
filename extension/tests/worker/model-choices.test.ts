import { describe, expect, it } from "vitest";
import { RpcFailure } from "../../src/wire/rpc-failure";
import { ModelChoices } from "../../src/worker/model-choices";
import { memoryKeyValue } from "./memory-key-value";
import { turn } from "./turn";

const row = { name: "", provider: "lab", providerName: "Lab", local: false, preferred: false };
const MODELS = [
  { ...row, id: "good", available: true, capabilities: ["chat"] },
  { ...row, id: "ill", available: false, capabilities: ["chat"] },
  { ...row, id: "draws", available: true, capabilities: ["image_output"] },
];

function stage(isAllowed = true) {
  const opened: string[] = [];
  const closed: number[] = [];
  const choices = new ModelChoices({
    permissions: {
      models: async (_caller, needed) => {
        if (!isAllowed || needed !== "model:choose")
          throw new RpcFailure(4100, "not allowed", { satchelCode: "consent_required" });
        return { models: MODELS };
      },
    },
    surface: {
      open: async (id) => ({ kind: "window", id: opened.push(id) }),
      close: async ({ id }) => void closed.push(id),
    },
    session: memoryKeyValue(),
  });
  const caller = { origin: "https://a.example", embedder: null, tabId: 1, frameId: 0 };
  const sink = () => undefined;
  const ask = (params: unknown = null, active = true, id = "1") =>
    choices.request({ id, params, caller, active, visible: true, wanted: () => true }, sink);
  return { choices, ask, opened, closed, caller, sink };
}

describe("a page that asks which model it should use", () => {
  it("D3: gets what the person chooses, of those that it may use and that can answer", async () => {
    const { choices, ask, opened, closed } = stage();
    const chosen = ask({ reason: `  to   sum up ${"x".repeat(200)}` });
    await turn();
    const question = choices.of(opened[0] ?? "");
    expect(question).toMatchObject({ origin: "https://a.example", embedder: null, models: ["good"] });
    expect(question?.reason?.length).toBe(120);
    expect(question?.reason).toMatch(/^to sum up x/);
    await expect(choices.choose(opened[0] ?? "", "ill")).rejects.toThrow("may not use");
    await choices.choose(opened[0] ?? "", "good");
    expect(await chosen).toEqual({ model: "good" });
    expect([choices.of(opened[0] ?? ""), closed]).toEqual([null, [1]]);
  });

  it("A16: ends with 4900 when the person signs out, and leaves the page its next try", async () => {
    const { choices, ask, closed } = stage();
    const asking = ask();
    await turn();
    choices.leave();
    await expect(asking).rejects.toMatchObject({ code: 4900, data: { satchelCode: "signed_out" } });
    expect(closed).toEqual([1]);
    const again = ask(null, true, "2");
    await turn();
    choices.leave();
    await expect(again).rejects.toMatchObject({ code: 4900 });
    expect(closed).toEqual([1, 2]);
  });

  it("D3: is refused without a grant, without a click, with a reason that is no text, and twice at once", async () => {
    await expect(stage(false).ask()).rejects.toMatchObject({ code: 4100, data: { satchelCode: "consent_required" } });
    const { ask, opened } = stage();
    await expect(ask(null, false)).rejects.toMatchObject({ code: 4100, data: { satchelCode: "activation_needed" } });
    await expect(ask({ reason: 7 })).rejects.toMatchObject({ code: -32602 });
    void ask();
    await turn();
    await expect(ask(null, true, "2")).rejects.toMatchObject({ code: 4290 });
    expect(opened).toHaveLength(1);
  });

  it.each([
    ["says no", ({ choices, opened }: ReturnType<typeof stage>) => choices.refuse(opened[0] ?? "")],
    ["closes the window", ({ choices }: ReturnType<typeof stage>) => choices.closed("window", 1)],
    ["has a page that stops", ({ choices, caller }: ReturnType<typeof stage>) => choices.cancel(caller, "1")],
    ["has a page that goes", ({ choices, sink }: ReturnType<typeof stage>) => choices.abandon(sink)],
  ])("D3: is told 4001 when the person %s", async (_how, end) => {
    const scene = stage();
    const asked = scene.ask();
    await turn();
    end(scene);
    await expect(asked).rejects.toMatchObject({ code: 4001 });
  });
});
