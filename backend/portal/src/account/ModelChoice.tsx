import { formatContext } from "@ui/format-context";
import { modelPrice } from "@ui/model-price";
import type { Model } from "@wire/model";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { asPortalError, useResource } from "./useResource";
import type { ViewProps } from "./ViewProps";

/** The model that answers when a page names none. A choice acts at once and can be undone. */
export function ModelChoice({ api, account, toast }: ViewProps): JSX.Element {
  const models = useResource(async () =>
    (await api.models()).filter(({ satchel }) => satchel.capabilities.includes("chat")),
  );
  const [failure, setFailure] = useState<PortalError | null>(null);
  const preferred = account.data?.preferred_model ?? "";
  const choose = async (id: string) => {
    setFailure(null);
    try {
      await api.prefer(id);
      await account.reload();
      return true;
    } catch (cause) {
      setFailure(asPortalError(cause));
      return false;
    }
  };
  const onChange = async (event: { currentTarget: HTMLSelectElement }) => {
    const { value } = event.currentTarget;
    const before = preferred;
    if (!(await choose(value))) return;
    const undo = async () => void (await choose(before));
    toast({ text: `${nameOf(models.data, value)} answers from now on.`, undo });
  };
  const problem = failure ?? models.error;
  return (
    <section class="sect" aria-labelledby="model">
      <div class="shead">
        <h2 class="h2" id="model">
          Your model
        </h2>
      </div>
      {problem && <ResourceNote error={problem} retry={models.reload} />}
      <div class="card pad3 stack">
        <select class="in" aria-labelledby="model" aria-describedby="model-facts" value={preferred} onChange={onChange}>
          {models.data?.some(({ id }) => id === preferred) || (
            <option value={preferred}>{isChosen(preferred) ? preferred : "Nothing chosen yet"}</option>
          )}
          {groups(models.data ?? []).map(([provider, offered]) => (
            <optgroup key={provider} label={provider}>
              {offered.map(({ id, name, satchel }) => (
                <option key={id} value={id} disabled={!satchel.available}>
                  {satchel.available ? name : `${name} (${satchel.reason ?? "not available"})`}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        <p class="t12 m3" id="model-facts">
          {models.data?.length === 0
            ? "No model answers yet. Add a key, or start a model server on this computer."
            : facts(models.data?.find(({ id }) => id === preferred))}
        </p>
      </div>
    </section>
  );
}

/** `satchel/preferred` only says that the choice is left to the person. */
function isChosen(id: string): boolean {
  return id !== "" && id !== "satchel/preferred";
}

function groups(models: readonly Model[]): [provider: string, models: Model[]][] {
  const byProvider = new Map<string, Model[]>();
  for (const model of models) {
    const { provider_name, key_label } = model.satchel;
    const group = key_label ? `${provider_name}, ${key_label}` : provider_name;
    byProvider.set(group, [...(byProvider.get(group) ?? []), model]);
  }
  return [...byProvider];
}

function facts(model: Model | undefined): string {
  if (!model) return "It answers whenever a page names no model.";
  const price = modelPrice(model);
  const asOf = model.satchel.price?.as_of ?? "";
  return [
    model.description?.replace(/\.$/, ""),
    model.satchel.local ? "Stays on this computer" : placeOf(model),
    model.context_length !== null && `${formatContext(model.context_length)} tokens of context`,
    price.kind === "priced" ? `${price.input} / ${price.output} per million tokens, ${asOf}` : price.input,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Where a model of the person's own runs that is not this computer; empty for one at a provider. */
function placeOf({ satchel: { place } }: Model): string {
  if (place === "server") return "On your Satchel's server";
  return place === "network" ? "In your Satchel's network" : "";
}

function nameOf(models: readonly Model[] | null, id: string): string {
  return models?.find((model) => model.id === id)?.name ?? id;
}
