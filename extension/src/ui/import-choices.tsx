import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Preferences } from "../wire/preferences";
import { errorWords } from "./error-words";
import { firstCaveats } from "./first-caveats";
import { KeepOld } from "./keep-old";
import { Note } from "./note";
import type { OptionsSource } from "./options-source";
import { OriginName } from "./origin-name";
import { saveFile } from "./save-file";
import { t } from "./t";
import { toggled } from "./toggled";
import type { OldKey, WindowAiExport } from "./window-ai-export";
import { WindowAiHistory } from "./window-ai-history";

interface Props {
  found: WindowAiExport;
  source: OptionsSource;
  onDone(): void;
}

/** What was found, to be chosen from. Keys are on, sites are off: an allowed path of then is not a whole site of now. */
export function ImportChoices({ found, source, onDone }: Props) {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set(found.keys.map((_, index) => String(index))));
  const [sites, setSites] = useState<ReadonlySet<string>>(new Set());
  const [history, setHistory] = useState(true);
  const [days, setDays] = useState<Preferences["keepOldDays"]>(0);
  const [results, setResults] = useState<readonly string[] | null>(null);
  const [busy, setBusy] = useState(false);
  const bring = async () => {
    if (busy) return;
    setBusy(true);
    const chosen = found.keys.filter((_, index) => keys.has(String(index)));
    const lines = await bringOver({ ...found, keys: chosen }, [...sites], source);
    if (history && found.history.length > 0) lines.push(await keepHistory(found, days, source));
    setResults(lines);
    setBusy(false);
  };
  if (results !== null) return <Results of={results} onDone={onDone} />;
  return (
    <div class="stack s3">
      {found.keys.length > 0 && (
        <fieldset class="stack s1">
          <legend class="h4">{t("import_keys")}</legend>
          {found.keys.map((key, index) => (
            <label key={index} class="check">
              <input
                type="checkbox"
                checked={keys.has(String(index))}
                onChange={() => setKeys(toggled(keys, String(index)))}
              />
              <span class="anywhere">{keyWords(key)}</span>
            </label>
          ))}
        </fieldset>
      )}
      {found.sites.length > 0 && (
        <fieldset class="stack s1">
          <legend class="h4">{t("import_sites")}</legend>
          <p class="t12 m3">{t("import_sitesHint")}</p>
          {found.sites.map(({ origin, allowed }) => (
            <label key={origin} class="check">
              <input type="checkbox" checked={sites.has(origin)} onChange={() => setSites(toggled(sites, origin))} />
              <span class="anywhere">
                <OriginName origin={origin} scheme />
                {allowed && <span class="t12 m3"> {t("import_wasAllowed")}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {found.history.length > 0 && (
        <fieldset class="stack s1">
          <legend class="h4">{t("import_history")}</legend>
          <label class="check">
            <input type="checkbox" checked={history} onChange={() => setHistory(!history)} />
            {t("import_questions", { count: found.history.length })}
          </label>
          <p class="t12 m3">{t("import_historyHint")}</p>
          <div class="row">
            <KeepOld days={days} disabled={!history} onChoose={setDays} />
            <button type="button" class="btn sm" onClick={() => saveHistory(found)}>
              {t("import_historySave")}
            </button>
          </div>
        </fieldset>
      )}
      <LeftList of={found.left} />
      <div class="row">
        <button type="button" class="btn primary" aria-busy={busy} onClick={() => void bring()}>
          {busy ? t("import_busy") : t("import_go")}
        </button>
        <button type="button" class="btn quiet" onClick={onDone}>
          {t("first_cancel")}
        </button>
      </div>
    </div>
  );
}

/** What stays behind, and what to do instead; nothing that was found goes without a word. */
function LeftList({ of: left }: { of: WindowAiExport["left"] }) {
  if (left.length === 0) return null;
  return (
    <section class="stack s1" aria-labelledby="import-left">
      <h3 class="h4" id="import-left">
        {t("import_left")}
      </h3>
      <ul class="stack s1 t13 m2">
        {left.map(({ kind, ...named }, index) => (
          <li key={index} class="anywhere">
            {t(`import_left_${kind}`, named)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function saveHistory({ history }: WindowAiExport): void {
  const text = `${JSON.stringify(history, null, 2)}\n`;
  saveFile("window-ai-history.json", new Blob([text], { type: "application/json" }));
}

/** For how many days first, so that nothing is kept longer than was chosen, not for a moment. */
function keepHistory(found: WindowAiExport, days: Preferences["keepOldDays"], source: OptionsSource): Promise<string> {
  const old = WindowAiHistory.read(found.history);
  const keeping = source.setPreferences({ keepOldDays: days }).then(() => source.keepHistory(old));
  return keeping.then(
    () => t("import_historyKept", { count: old.length }),
    (problem: unknown) => t("import_failed", { what: t("import_history"), why: errorWords(problem) }),
  );
}

function keyWords({ name, provider, secret, baseUrl }: OldKey): string {
  const end = secret.length >= 12 ? `…${secret.slice(-4)}` : t("keys_noSecret");
  return [name || provider, end, baseUrl].filter(Boolean).join(" · ");
}

function Results({ of: results, onDone }: { of: readonly string[]; onDone(): void }) {
  const close = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => close.current?.focus(), []);
  return (
    <div class="stack s3">
      <div role="status">
        <ul class="stack s1 t13">
          {results.map((line, index) => (
            <li key={index} class="anywhere">
              {line}
            </li>
          ))}
        </ul>
      </div>
      <Note kind="warn">
        <p>{t("import_after")}</p>
      </Note>
      <div class="row">
        <button ref={close} type="button" class="btn" onClick={onDone}>
          {t("toast_close")}
        </button>
      </div>
    </div>
  );
}

/** Each by itself, so that one that fails keeps none of the others; says in a line what became of it. */
async function bringOver(found: WindowAiExport, origins: readonly string[], source: OptionsSource): Promise<string[]> {
  const lines: string[] = [];
  const attempt = async (what: string, deed: Promise<string>) => {
    lines.push(await deed.catch((problem: unknown) => t("import_failed", { what, why: errorWords(problem) })));
  };
  for (const key of found.keys) {
    const { provider, secret, baseUrl } = key;
    const draft = {
      provider,
      ...(secret === "" ? {} : { secret }),
      ...(baseUrl === null ? {} : { base_url: baseUrl }),
    };
    const adding = source.addKey(draft).then(({ check }) => {
      const what = keyWords(key);
      return check.status === "accepted" ? t("import_keyWorks", { what }) : t("import_keyKept", { what });
    });
    await attempt(keyWords(key), adding);
  }
  for (const origin of origins) {
    const grant = source.putGrant({ origin, state: "allowed", caveats: firstCaveats(new Date(), null) });
    await attempt(
      origin,
      grant.then(() => t("import_siteAllowed", { what: origin })),
    );
  }
  const { preferred } = found;
  if (preferred !== null) {
    const choosing = source.setModel(preferred).then(() => t("import_model", { what: preferred }));
    await attempt(preferred, choosing);
  }
  return lines;
}
