// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it } from "vitest";
import { ModelButton } from "../../src/ui/model-button";
import { ModelFilter } from "../../src/ui/model-filter";
import { modelGroups } from "../../src/ui/model-groups";
import { ModelOption } from "../../src/ui/model-option";
import { ModelRow } from "../../src/ui/model-row";
import { ModelStep } from "../../src/ui/model-step";
import type { Model } from "../../src/wire/model";

const nothing = () => undefined;
const price = { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "2026-11-23" };
const at = { provider: "custom", provider_name: "Custom server", key_label: "lab", local: true, available: true };
const model: Model = {
  id: "lab:mine",
  name: "mine",
  description: null,
  context_length: null,
  satchel: { ...at, reason: null, capabilities: ["chat"], price, preferred: true },
};

function shown(element: preact.JSX.Element): string {
  const place = document.createElement("div");
  render(element, place);
  return place.textContent ?? "";
}

it("a model of one's own server, which has no description, can be chosen", () => {
  const button = { model, role: "Your default", onPick: nothing };
  expect(shown(<ModelButton {...button} />)).toContain("mine");
  const step = { models: [model], preferred: model.id, decided: false, busy: false, opener: null, error: null };
  expect(
    shown(<ModelStep {...step} onUse={nothing} onPick={nothing} onLater={nothing} onChange={nothing} />),
  ).toContain("mine");
});

it("a model is said to stay here only where it is on this computer", () => {
  const option = { id: "o", chosen: false, active: false, favourite: false, onChoose: nothing };
  const spoken = "";
  const placed = (place: "computer" | "server" | "network" | "elsewhere") => {
    const one = { ...model, satchel: { ...model.satchel, local: place === "computer", place } };
    const button = <ModelButton model={one} role={spoken} onPick={nothing} />;
    return (
      shown(<ModelOption model={one} {...option} />) +
      shown(button) +
      modelGroups([one], new Set(), ModelFilter.NONE)[0]?.name
    );
  };
  expect(placed("computer")).toMatch(/stays here.*stays here.*here$/);
  for (const [place, words] of [
    ["server", "on your Satchel's server"],
    ["network", "in your Satchel's network"],
    ["elsewhere", "Custom server"],
  ] as const) {
    expect(placed(place)).not.toContain("here");
    expect(placed(place)).toContain(words);
    expect(placed(place)).toMatch(/others$/);
  }
});

it("D3: a model that does not chat is marked with what it does, can be starred, and is no answer to a chat", () => {
  const row = (capabilities: string[]) => {
    const one = { ...model, satchel: { ...model.satchel, capabilities } };
    const props = { chosen: false, favourite: false, onUse: nothing, onMark: nothing };
    const place = document.createElement("table");
    render(<ModelRow model={one} busy={false} {...props} />, place);
    return [place.textContent, [...place.querySelectorAll("button")].map((button) => button.className)] as const;
  };
  const [words, buttons] = row(["embeddings", "image_output"]);
  expect(words?.match(/Embeddings, Draws pictures/g)).toHaveLength(2);
  expect(buttons).toEqual([expect.stringContaining("star")]);
  expect(row(["chat"])[1]).toHaveLength(2);
});

it("the same model by two keys is told apart by the keys' labels", () => {
  const option = { id: "o", chosen: false, active: false, favourite: false, onChoose: nothing };
  expect(shown(<ModelOption model={model} {...option} />)).toContain("Custom server, lab");
});
