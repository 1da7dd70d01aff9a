import { useEffect, useRef, useState } from "preact/hooks";
import { errorWords } from "./error-words";
import { Note } from "./note";

interface Props {
  question: string;
  /** What goes, and what stays. */
  text: string;
  /** The buttons' words. */
  keep: string;
  doom: string;
  deed(): Promise<unknown>;
  onKept(): void;
  onDone(): void;
}

/** Asks before something is gone for good; the focus is on keeping it. */
export function DoomDialog({ question, text, keep, doom, deed, onKept, onDone }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const kept = useRef<HTMLButtonElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    kept.current?.focus();
  }, []);
  /** Closed first: behind an open dialog nothing can be given the focus. */
  const done = () => {
    dialog.current?.close();
    onDone();
  };
  const go = () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    deed()
      .then(done, (problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => setBusy(false));
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="doom" onClose={onKept}>
      <div class="stack s3">
        <h2 class="h2" id="doom">
          {question}
        </h2>
        <p class="t13 m2">{text}</p>
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        <div class="row dialog-buttons">
          <button type="button" class="btn" ref={kept} onClick={() => dialog.current?.close()}>
            {keep}
          </button>
          <button type="button" class="btn destroy" aria-busy={busy} onClick={go}>
            {doom}
          </button>
        </div>
      </div>
    </dialog>
  );
}
