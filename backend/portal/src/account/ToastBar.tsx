import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Toast } from "./ViewProps";

const SHOWN_MS = 6000;

/** What was just done, with its Undo. It stays while it is pointed at or focused. */
export function ToastBar({ toast, close }: { toast: Toast | null; close(): void }): JSX.Element {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!toast || held) return;
    const timer = setTimeout(close, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, held, close]);
  const undo = () => {
    void toast?.undo?.();
    close();
  };
  return (
    <div class="toasts" role="status">
      {toast && (
        // biome-ignore lint/a11y/noStaticElementInteractions: pointing only keeps the words on screen
        <div
          class="toast"
          onMouseEnter={() => setHeld(true)}
          onMouseLeave={() => setHeld(false)}
          onFocusIn={() => setHeld(true)}
          onFocusOut={() => setHeld(false)}
        >
          <Icon name="check" />
          <span class="grow">{toast.text}</span>
          {toast.undo && (
            <button type="button" class="btn sm quiet" onClick={undo}>
              Undo
            </button>
          )}
          <button type="button" class="btn icon sm quiet" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
