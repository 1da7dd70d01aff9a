import { Note } from "./note";
import { Skeleton } from "./skeleton";
import { t } from "./t";

interface Props {
  /** Whether nothing has come yet. */
  waiting: boolean;
  error: string | null;
  /** Whether it is being tried again beside the error. Left out where an error goes as soon as that begins. */
  busy?: boolean;
  onRetry(): void;
}

/** What stands above or instead of a list while it loads, or when it could not. What was loaded before stays. */
export function LoadState({ waiting, error, busy = false, onRetry }: Props) {
  if (error !== null) {
    return (
      <Note kind="danger">
        <div class="row wrap">
          <p class="grow">{error}</p>
          <button type="button" class="btn sm" aria-busy={busy} onClick={() => busy || onRetry()}>
            {t("popup_again")}
          </button>
        </div>
      </Note>
    );
  }
  return waiting ? <Skeleton rows={5} /> : null;
}
