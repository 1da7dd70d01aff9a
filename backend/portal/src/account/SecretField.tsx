import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { FieldNote } from "./Field";
import type { ProviderChoice } from "./providers";

/** The key itself: masked, never offered to a password manager, with where to get one and whom it is sealed for. */
export function SecretField(props: {
  provider: ProviderChoice;
  value: string;
  fault: string | undefined;
  onInput(value: string): void;
}): JSX.Element {
  const { provider, fault } = props;
  const [shown, show] = useState(false);
  const input = {
    id: "secret",
    class: "in mono secret",
    autocomplete: "off",
    spellcheck: false,
    "data-1p-ignore": true,
    "data-lpignore": "true",
    "aria-invalid": fault ? ("true" as const) : undefined,
    "aria-describedby": "secret-note",
    value: props.value,
    onInput: (event: { currentTarget: HTMLInputElement }) => props.onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for="secret">Key</label>
      <div class="withicon">
        <Icon name="key" />
        {shown ? <input type="text" {...input} /> : <input type="password" {...input} />}
        <span class="tail">
          <button
            type="button"
            class="btn icon sm quiet"
            aria-label={shown ? "Hide the key" : "Show the key"}
            onClick={() => show(!shown)}
          >
            <Icon name={shown ? "hide" : "show"} />
          </button>
        </span>
      </div>
      <FieldNote id="secret-note" fault={fault} hint={<SecretHint provider={provider} />} />
    </div>
  );
}

function SecretHint({ provider }: { provider: ProviderChoice }): JSX.Element {
  const sealed = provider.local || !provider.baseUrl ? null : new URL(provider.baseUrl).origin;
  return (
    <>
      {provider.keyPage && (
        <>
          Get one at{" "}
          <a href={provider.keyPage} target="_blank" rel="noopener noreferrer">
            {new URL(provider.keyPage).host}
          </a>
          .{" "}
        </>
      )}
      {provider.needsKey || "Leave empty for a server that needs none. "}
      {sealed ? (
        <>
          Sealed for <span class="mono">{sealed}</span> only.
        </>
      ) : (
        "Sealed for this address only."
      )}
    </>
  );
}
