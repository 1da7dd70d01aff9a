import { useEffect, useRef, useState } from "preact/hooks";
import { errorWords } from "./error-words";
import { Note } from "./note";
import { t } from "./t";

interface Props {
  /** What is about to be forgotten, as a question. */
  question: string;
  forget(): Promise<unknown>;
  onKept(): void;
  onForgotten(): void;
}

/** Asks before activity is forgotten, and says what stays; the focus is on keeping it. */
export function ForgetDialog({ question, forget, onKept, onForgotten }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    keep.current?.focus();
  }, []);
  const go = () => {
    if (busy) return;
    setBusy(true);
    forget()
      .then(onForgotten, (problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => setBusy(false));
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="forget-title" onClose={onKept}>
      <div class="stack s3">
        <h2 class="h2" id="forget-title">
          {question}
        </h2>
        <p class="t13 m2">{t("activity_forgetText")}</p>
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        <div class="row dialog-buttons">
          <button type="button" class="btn" ref={keep} onClick={() => dialog.current?.close()}>
            {t("activity_keep")}
          </button>
          <button type="button" class="btn destroy" aria-busy={busy} onClick={go}>
            {t("activity_forgetYes")}
          </button>
        </div>
      </div>
    </dialog>
  );
}
