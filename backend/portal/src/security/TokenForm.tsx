import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field } from "../account/Field";
import { ResourceNote } from "../account/ResourceNote";
import type { TokenDraft } from "./Token";
import { type TokenFields, tokenDraft, tokenFaults } from "./tokenDraft";
import { useDeed } from "./useDeed";

const EMPTY: TokenFields = { name: "", days: "90", limit: "", reset: "monthly" };
const ENDS = [
  ["7", "in a week"],
  ["30", "in 30 days"],
  ["90", "in 90 days"],
  ["365", "in a year"],
  ["", "never"],
] as const;
const RESETS = [
  ["daily", "a day"],
  ["weekly", "a week"],
  ["monthly", "a month"],
  ["", "altogether"],
] as const;

/** Make a token: what for, how long, for how much. */
export function TokenForm({ create }: { create(draft: TokenDraft): Promise<void> }): JSX.Element {
  const [fields, setFields] = useState(EMPTY);
  const [faults, setFaults] = useState<Partial<Record<keyof TokenFields, string>>>({});
  const deed = useDeed();
  const set = (change: Partial<TokenFields>) => {
    setFields((before) => ({ ...before, ...change }));
    setFaults({});
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const found = tokenFaults(fields);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    if (await deed.run(() => create(tokenDraft(fields, new Date())))) setFields(EMPTY);
  };
  return (
    <form class="panel" aria-labelledby="make" onSubmit={save} noValidate>
      <div class="pad stack s3">
        <h2 class="h2" id="make">
          Make a token
        </h2>
        <Field
          id="token-name"
          label="What is it for?"
          placeholder="Editor on my laptop"
          value={fields.name}
          fault={faults.name}
          onInput={(name) => set({ name })}
        />
        <Choice id="token-ends" label="Ends" options={ENDS} value={fields.days} choose={(days) => set({ days })} />
        <Field
          id="token-limit"
          label="May spend at most, in US dollars"
          hint="Empty: as much as you may."
          placeholder="5.00"
          value={fields.limit}
          fault={faults.limit}
          onInput={(limit) => set({ limit })}
        />
        <Choice
          id="token-reset"
          label="Each"
          options={RESETS}
          value={fields.reset}
          choose={(reset) => set({ reset })}
        />
        {deed.error && <ResourceNote error={deed.error} />}
        <button type="submit" class="btn primary" aria-busy={deed.busy}>
          {deed.busy ? "Making…" : "Make token"}
        </button>
        <p class="t12 m3">It may ask your models, see them, and read its own activity.</p>
      </div>
    </form>
  );
}

function Choice(props: {
  id: string;
  label: string;
  options: readonly (readonly [string, string])[];
  value: string;
  choose(value: string): void;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <select
        id={props.id}
        class="in"
        value={props.value}
        onChange={(event) => props.choose(event.currentTarget.value)}
      >
        {props.options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
