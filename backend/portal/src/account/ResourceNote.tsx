import type { JSX } from "preact";
import { TitledNote } from "../pieces/TitledNote";
import type { PortalError } from "./PortalError";

/** A failed load or deed, in place: who must act, what happened, the remedy. */
export function ResourceNote({ error, retry }: { error: PortalError; retry?: () => void }): JSX.Element {
  if (error.signedOut) {
    return (
      <TitledNote kind="warn" icon="lock" title="Your sign-in here ended.">
        <p>
          <a class="btn sm" href="/sign-in?next=%2F">
            Sign in again
          </a>
        </p>
      </TitledNote>
    );
  }
  return (
    <TitledNote kind="danger" icon="failed" title={error.message}>
      {(error.satchelCode ?? error.requestId) && (
        <p class="t12 m2">
          Details: <span class="mono">{[error.satchelCode, error.requestId].filter(Boolean).join(" · ")}</span>
        </p>
      )}
      {retry && (
        <p>
          <button type="button" class="btn sm" onClick={retry}>
            Try again
          </button>
        </p>
      )}
    </TitledNote>
  );
}
