import { useState } from "preact/hooks";
import type { Key } from "../wire/key";
import type { ProviderChoice } from "../wire/provider-choice";
import { errorWords } from "./error-words";
import { KeyFields } from "./key-fields";
import { KeySecretField } from "./key-secret-field";
import { language } from "./language";
import { Note } from "./note";
import type { OptionsSource } from "./options-source";
import { Sentence } from "./sentence";
import { t } from "./t";
import { TextField } from "./text-field";

interface Props {
  providers: readonly ProviderChoice[];
  source: Pick<OptionsSource, "addKey">;
  /** The provider that is chosen at first, where it is offered. */
  wanted?: string | null;
  onSaved(): void;
}

/** A key or a server more. The secret goes one way: it leaves this form and nobody can read it back. */
export function KeyForm({ providers, source, wanted = null, onSaved }: Props) {
  const offered = providers.filter(({ slug }) => slug !== "builtin");
  const [slug, setSlug] = useState(wanted ?? offered[0]?.slug ?? "");
  const [fields, setFields] = useState<KeyFields>(KeyFields.EMPTY);
  const [faults, setFaults] = useState<ReturnType<typeof KeyFields.faults>>({});
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ key: Key } | { problem: string } | null>(null);
  const provider = offered.find((each) => each.slug === slug) ?? offered[0];
  if (provider === undefined) return null;
  const set = (change: Partial<KeyFields>) => {
    setFields({ ...fields, ...change });
    setFaults({});
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const found = KeyFields.faults(provider, fields);
    setFaults(found);
    if (busy || Object.keys(found).length > 0) return;
    setBusy(true);
    setSaid(null);
    try {
      setSaid({ key: await source.addKey(KeyFields.draft(provider, fields)) });
      setFields(KeyFields.EMPTY);
      onSaved();
    } catch (problem) {
      setSaid({ problem: errorWords(problem) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="panel" aria-labelledby="add" noValidate onSubmit={(event) => void save(event)}>
      <div class="pad stack s3">
        <h2 class="h2" id="add">
          {t("keys_add")}
        </h2>
        <div class="field">
          <label for="provider">{t("keys_provider")}</label>
          <select
            id="provider"
            class="in"
            value={provider.slug}
            onChange={(event) => {
              setSlug(event.currentTarget.value);
              setFaults({});
            }}
          >
            {offered.map((each) => (
              <option key={each.slug} value={each.slug}>
                {each.name}
              </option>
            ))}
          </select>
        </div>
        <KeyInputs provider={provider} fields={fields} faults={faults} onChange={set} />
        {said !== null && <Said said={said} provider={provider.name} />}
        <button type="submit" class="btn primary" aria-busy={busy}>
          {busy ? t("keys_checking") : t("keys_saveKey")}
        </button>
        <p class="t12 m3">{t("keys_oneWay")}</p>
      </div>
    </form>
  );
}

interface InputsProps {
  provider: ProviderChoice;
  fields: KeyFields;
  faults: ReturnType<typeof KeyFields.faults>;
  onChange(change: Partial<KeyFields>): void;
}

function KeyInputs({ provider, fields, faults, onChange }: InputsProps) {
  return (
    <>
      {KeyFields.takesAddress(provider) && (
        <TextField
          id="key-address"
          label={t("first_address")}
          mono
          placeholder={provider.satchel.base_url ?? provider.satchel.example_url}
          value={fields.address}
          fault={faults.address === undefined ? null : t(faults.address)}
          onInput={(address) => onChange({ address })}
        />
      )}
      <KeySecretField
        id="key-secret"
        label={t("keys_key")}
        value={fields.secret}
        hint={<SecretHint of={provider} />}
        fault={faults.secret === undefined ? null : t(faults.secret, { provider: provider.name })}
        onInput={(secret) => onChange({ secret })}
      />
      <TextField
        id="key-label"
        label={t("keys_label")}
        hint={t("keys_labelHint")}
        value={fields.label}
        fault={faults.label === undefined ? null : t(faults.label)}
        onInput={(label) => onChange({ label })}
      />
    </>
  );
}

function SecretHint({ of: { satchel } }: { of: ProviderChoice }) {
  const { base_url: base, key_page: page, needs_key: needed } = satchel;
  return (
    <>
      {page !== null && (
        <>
          <Sentence
            of="keys_getOne"
            parts={{
              page: (
                <a href={page} target="_blank" rel="noopener noreferrer">
                  {new URL(page).host}
                </a>
              ),
            }}
          />{" "}
        </>
      )}
      {!needed && `${t("keys_optional")} `}
      {base !== null && !satchel.local && !base.includes("{") ? (
        <Sentence of="keys_sealedFor" parts={{ address: <span class="mono">{new URL(base).origin}</span> }} />
      ) : (
        t("keys_sealedHere")
      )}
    </>
  );
}

function Said({ said, provider }: { said: { key: Key } | { problem: string }; provider: string }) {
  if ("problem" in said) {
    return (
      <Note kind="danger">
        <p>{said.problem}</p>
      </Note>
    );
  }
  const { status, message, models } = said.key.check;
  const sentence = t(status === "accepted" ? "keys_savedAccepted" : "keys_savedAnyhow", {
    provider,
    count: models ?? 0,
  });
  const words =
    language.name === "en" ? `${sentence} ${message}` : t("error_inFull", { sentence, words: message ?? "" });
  return (
    <Note kind={status === "accepted" ? "info" : "warn"} icon={status === "accepted" ? "check" : "warning"}>
      <p role="status">{message === null ? sentence : words}</p>
    </Note>
  );
}
