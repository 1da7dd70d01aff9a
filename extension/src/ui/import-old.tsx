import { useState } from "preact/hooks";
import { CopyButton } from "./copy-button";
import { ImportChoices } from "./import-choices";
import { Note } from "./note";
import type { OptionsSource } from "./options-source";
import { t } from "./t";
import { WindowAiExport } from "./window-ai-export";

const COMMAND =
  "copy(JSON.stringify({ sync: await chrome.storage.sync.get(), local: await chrome.storage.local.get() }))";

/** Brings keys, sites and history over from the original Window AI. */
export function ImportOld({ source }: { source: OptionsSource }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<WindowAiExport | null>(null);
  const [fault, setFault] = useState(false);
  const look = (given: string) => {
    const parsed = WindowAiExport.parse(given);
    setFound(parsed);
    setFault(parsed === null && given.trim() !== "");
    setText(parsed === null ? given : "");
  };
  const open = (event: Event & { currentTarget: HTMLInputElement }) => {
    const [file] = event.currentTarget.files ?? [];
    file?.text().then(look, () => setFault(true));
  };
  if (found !== null) return <ImportChoices found={found} source={source} onDone={() => setFound(null)} />;
  return (
    <div class="stack s3">
      <p class="t13 m2">{t("import_how")}</p>
      <div class="code">
        <span class="grow anywhere mono">{COMMAND}</span>
        <CopyButton text={COMMAND} label={t("popup_copy")} />
      </div>
      <div class="field">
        <label for="import-text">{t("import_paste")}</label>
        <textarea
          id="import-text"
          class="in mono importbox"
          rows={3}
          spellcheck={false}
          autocomplete="off"
          value={text}
          aria-invalid={fault}
          onInput={(event) => look(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="import-file">{t("import_file")}</label>
        <input id="import-file" type="file" accept="application/json,.json" onChange={open} />
      </div>
      {fault && (
        <Note kind="danger">
          <p>{t("import_nothing")}</p>
        </Note>
      )}
    </div>
  );
}
