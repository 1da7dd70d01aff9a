import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field } from "./Field";
import { type KeyFaults, type KeyFields, keyDraft, keyFaults, takesAddress } from "./keyDraft";
import type { PortalError } from "./PortalError";
import { PROVIDERS, type ProviderChoice, providerOf } from "./providers";
import { ResourceNote } from "./ResourceNote";
import { SecretField } from "./SecretField";
import { asPortalError } from "./useResource";
import type { ViewProps } from "./ViewProps";

const EMPTY: KeyFields = { secret: "", baseUrl: "", label: "" };
const UNKNOWN: ProviderChoice = {
  id: "custom",
  name: "Custom server",
  baseUrl: "",
  needsKey: false,
  local: false,
  keyPage: null,
};

type Sending = { is: "rest" } | { is: "sending" } | { is: "failed"; error: PortalError };

/** Add a key or a server. The secret goes one way: it leaves this form and nobody can read it back. */
export function AddKeyForm({ api, keys, toast }: ViewProps): JSX.Element {
  const [provider, setProvider] = useState(PROVIDERS[0] ?? UNKNOWN);
  const [fields, setFields] = useState(EMPTY);
  const [faults, setFaults] = useState<KeyFaults>({});
  const [sending, setSending] = useState<Sending>({ is: "rest" });
  const choose = (id: string) => {
    setProvider(providerOf(id) ?? UNKNOWN);
    setFaults({});
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const found = keyFaults(provider, fields);
    setFaults(found);
    if (sending.is === "sending" || Object.keys(found).length > 0) return;
    setSending({ is: "sending" });
    try {
      await api.addKey(keyDraft(provider, fields));
      setFields(EMPTY);
      setSending({ is: "rest" });
      toast({ text: `${fields.label.trim() || provider.name} is saved.` });
      await keys.reload();
    } catch (cause) {
      setSending({ is: "failed", error: asPortalError(cause) });
    }
  };
  const set = (change: Partial<KeyFields>) => {
    setFields((before) => ({ ...before, ...change }));
    setFaults({});
  };
  return (
    <form class="panel" aria-labelledby="add" onSubmit={save} noValidate>
      <div class="pad stack s3">
        <h2 class="h2" id="add">
          Add a key
        </h2>
        <ProviderField chosen={provider} choose={choose} />
        <KeyFieldset {...{ provider, fields, faults, set }} />
        {sending.is === "failed" && <ResourceNote error={sending.error} />}
        <button type="submit" class="btn primary" aria-busy={sending.is === "sending"}>
          {sending.is === "sending" ? "Saving…" : "Save key"}
        </button>
        <p class="t12 m3">After saving, nobody can read it back. Not even you.</p>
      </div>
    </form>
  );
}

function ProviderField({ chosen, choose }: { chosen: ProviderChoice; choose(id: string): void }): JSX.Element {
  return (
    <div class="field">
      <label for="provider">Provider</label>
      <select id="provider" class="in" value={chosen.id} onChange={(event) => choose(event.currentTarget.value)}>
        {PROVIDERS.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function KeyFieldset(props: {
  provider: ProviderChoice;
  fields: KeyFields;
  faults: KeyFaults;
  set(change: Partial<KeyFields>): void;
}): JSX.Element {
  const { provider, fields, faults, set } = props;
  return (
    <>
      {takesAddress(provider) && (
        <Field
          id="base-url"
          label="Address"
          inputMode="url"
          placeholder={provider.baseUrl || "https://models.example/v1"}
          value={fields.baseUrl}
          fault={faults.baseUrl}
          onInput={(baseUrl) => set({ baseUrl })}
        />
      )}
      <SecretField
        provider={provider}
        value={fields.secret}
        fault={faults.secret}
        onInput={(secret) => set({ secret })}
      />
      <Field
        id="label"
        label="Label"
        hint="Names its models: “lab” makes lab:my-model."
        placeholder="lab"
        value={fields.label}
        fault={faults.label}
        onInput={(label) => set({ label })}
      />
    </>
  );
}
