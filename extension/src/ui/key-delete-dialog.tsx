import { useEffect, useRef, useState } from "preact/hooks";
import { errorWords } from "./error-words";
import { Note } from "./note";
import { t } from "./t";

interface Props {
  name: string;
  host: string;
  remove(): Promise<void>;
  onKept(): void;
  onRemoved(): void;
}

/** Asks before a key is gone for good; the focus is on keeping it. */
export function KeyDeleteDialog({ name, host, remove, onKept, onRemoved }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    keep.current?.focus();
  }, []);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="doom" onClose={onKept}>
      <div class="stack s3">
        <h2 class="h2" id="doom">
          {t("keys_doom", { name, host })}
        </h2>
        <p class="t13 m2">{t("keys_doomText")}</p>
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        <div class="row dialog-buttons">
          <button type="button" class="btn" ref={keep} onClick={() => dialog.current?.close()}>
            {t("keys_keep")}
          </button>
          <button
            type="button"
            class="btn destroy"
            onClick={() => void remove().then(onRemoved, (problem: unknown) => setFailure(errorWords(problem)))}
          >
            {t("keys_deleteKey")}
          </button>
        </div>
      </div>
    </dialog>
  );
}
