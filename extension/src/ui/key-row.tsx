import { useState } from "preact/hooks";
import type { Key } from "../wire/key";
import { errorWords } from "./error-words";
import { Icon } from "./icon";
import { KeySecretField } from "./key-secret-field";
import { modelInitials } from "./model-initials";
import { Monogram } from "./monogram";
import type { OptionsSource } from "./options-source";
import { t } from "./t";
import { useFocusBack } from "./use-focus-back";

interface Props {
  shown: Key;
  name: string;
  source: Pick<OptionsSource, "renewKey" | "checkKey">;
  onChange(): void;
  /** Whether a request has just failed for it: what was found before says nothing any more, until it is checked or replaced here. */
  isDoubted?: boolean;
  /** Left out where keys are not deleted. */
  onDelete?(): void;
}

const LOOKS = {
  accepted: ["check", "c-ok"],
  refused: ["failed", "c-danger"],
  unreachable: ["warning", "c-warn"],
  unusable: ["failed", "c-danger"],
  unchecked: ["info", "m3"],
} as const;

/** One key: whose it is, how it ends, whether it works; check it, replace it, delete it. */
export function KeyRow({ shown, name, source, onChange, isDoubted = false, onDelete }: Props) {
  const [doing, setDoing] = useState<"rest" | "replacing" | "busy">("rest");
  const [failure, setFailure] = useState<string | null>(null);
  const [isFresh, setFresh] = useState(!isDoubted);
  const replace = useFocusBack(doing === "replacing");
  const end = shown.last4 === null ? t("keys_noSecret") : `…${shown.last4}`;
  const run = (deed: Promise<unknown>) => {
    setDoing("busy");
    setFailure(null);
    const done = () => {
      setFresh(true);
      onChange();
    };
    deed.then(done, (problem: unknown) => setFailure(errorWords(problem))).finally(() => setDoing("rest"));
  };
  return (
    <li class="keyrow stack">
      <div class="row g3">
        <Monogram text={modelInitials(name)} size="sm" />
        <span class="two grow">
          <span class="b ln cut">{name}</span>
          <span class="ln cut t12 m3">
            <span class="mono">{end}</span> · <bdi dir="ltr">{new URL(shown.base_url).host}</bdi>
          </span>
        </span>
      </div>
      {isFresh && <KeyState of={shown} />}
      {failure !== null && (
        <p class="hint err" role="alert">
          <Icon name="failed" small />
          <span>{failure}</span>
        </p>
      )}
      {doing === "replacing" ? (
        <ReplaceForm
          id={shown.id}
          onSave={(secret) => run(source.renewKey(shown.id, secret))}
          onCancel={() => setDoing("rest")}
        />
      ) : (
        <div class="row wrap">
          <button
            type="button"
            class="btn sm"
            aria-busy={doing === "busy"}
            aria-label={t("keys_checkNamed", { name })}
            onClick={() => doing === "rest" && run(source.checkKey(shown.id))}
          >
            {doing === "busy" ? t("keys_checking") : t("keys_check")}
          </button>
          <button
            type="button"
            class="btn sm"
            aria-label={t("keys_replaceNamed", { name })}
            ref={replace}
            onClick={() => doing === "rest" && setDoing("replacing")}
          >
            {t("keys_replace")}
          </button>
          {onDelete && (
            <button
              type="button"
              class="btn sm quiet danger end"
              aria-label={t("keys_deleteNamed", { name })}
              onClick={onDelete}
            >
              {t("keys_delete")}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function KeyState({ of: { check, same_as: sameAs } }: { of: Key }) {
  const [icon, tone] = LOOKS[check.status];
  const word =
    check.status === "accepted" && check.models !== null
      ? t("keys_works", { count: check.models })
      : t(`keys_state_${check.status}`);
  return (
    <div class="stack s0">
      <p class={`st ${tone}`}>
        <Icon name={icon} />
        {word}
      </p>
      {check.message !== null && <p class="t12 m2 anywhere">{check.message}</p>}
      {sameAs !== null && <p class="t12 m2">{t("keys_twin")}</p>}
    </div>
  );
}

function ReplaceForm({ id, onSave, onCancel }: { id: string; onSave(secret: string): void; onCancel(): void }) {
  const [secret, setSecret] = useState("");
  const save = (event: Event) => {
    event.preventDefault();
    if (secret.trim() !== "") onSave(secret.trim());
  };
  return (
    <form class="stack" onSubmit={save}>
      <KeySecretField
        id={`renew-${id}`}
        label={t("keys_newKey")}
        value={secret}
        hint={null}
        onInput={setSecret}
        focus
      />
      <div class="row">
        <button type="submit" class="btn sm" aria-disabled={secret.trim() === ""}>
          {t("keys_save")}
        </button>
        <button type="button" class="btn sm quiet" onClick={onCancel}>
          {t("first_cancel")}
        </button>
      </div>
    </form>
  );
}
