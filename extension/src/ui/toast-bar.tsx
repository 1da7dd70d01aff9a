import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon";
import { t } from "./t";

/** What the person has just done, and how to take it back. */
export interface Toast {
  text: string;
  undo?(): void;
}

const SHOWN_MS = 6_000;

/** What was just done, with its Undo. It stays while it is pointed at or focused. */
export function ToastBar({ toast, onClose }: { toast: Toast | null; onClose(): void }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (toast === null || held) return;
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, held]);
  const undo = () => {
    toast?.undo?.();
    onClose();
  };
  return (
    <div class="toasts" role="status">
      {toast !== null && (
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
          {toast.undo !== undefined && (
            <button type="button" class="btn sm quiet" onClick={undo}>
              {t("toast_undo")}
            </button>
          )}
          <button type="button" class="btn icon sm quiet" aria-label={t("toast_close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
