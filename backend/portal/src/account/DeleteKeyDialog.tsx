import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Key } from "./Key";
import { keyNames } from "./keyNames";
import type { PortalApi } from "./PortalApi";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { asPortalError } from "./useResource";

/** Asks before a key is gone for good; the focus is on keeping it. */
export function DeleteKeyDialog(props: {
  api: PortalApi;
  doomed: Key;
  kept(): void;
  deleted(): Promise<void>;
}): JSX.Element {
  const { api, doomed, kept, deleted } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [failure, setFailure] = useState<PortalError | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const remove = async () => {
    try {
      await api.deleteKey(doomed);
      await deleted();
    } catch (cause) {
      setFailure(asPortalError(cause));
    }
  };
  const [name] = keyNames(doomed);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="doom" onClose={kept}>
      <div class="stack s3">
        <h2 class="h2" id="doom">
          Delete the key “{name}” for {new URL(doomed.base_url).host}?
        </h2>
        <p class="t13 m2">
          Models that only this key reaches stop answering. The key itself stays valid at the provider until you revoke
          it there.
        </p>
        {failure && <ResourceNote error={failure} />}
        <div class="row dialog-buttons">
          {/* biome-ignore lint/a11y/noAutofocus: a dialog opens on its safest button */}
          <button type="button" class="btn" autoFocus onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button type="button" class="btn destroy" onClick={() => void remove()}>
            Delete key
          </button>
        </div>
      </div>
    </dialog>
  );
}
