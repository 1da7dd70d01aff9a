// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it } from "vitest";
import { ModelButton } from "../../src/ui/model-button";
import { ModelFilter } from "../../src/ui/model-filter";
import { modelGroups } from "../../src/ui/model-groups";
import { ModelOption } from "../../src/ui/model-option";
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
  const step = { models: [model], preferred: model.id, decided: false, portal: "", error: null };
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

it("the same model by two keys is told apart by the keys' labels", () => {
  const option = { id: "o", chosen: false, active: false, favourite: false, onChoose: nothing };
  expect(shown(<ModelOption model={model} {...option} />)).toContain("Custom server, lab");
});
