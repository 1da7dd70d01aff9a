import { useRef, useState } from "preact/hooks";
import type { Model } from "../wire/model";
import { CompareColumn } from "./compare-column";
import { Composer } from "./composer";
import { EmptyCard } from "./empty-card";
import { formatAtMost } from "./format-at-most";
import { Icon } from "./icon";
import { LoadState } from "./load-state";
import { ModelPicker } from "./model-picker";
import type { OptionsSource } from "./options-source";
import { SectionHead } from "./section-head";
import { t } from "./t";
import { toggled } from "./toggled";
import { useFocusBack } from "./use-focus-back";
import { useLoaded } from "./use-loaded";
import { worstCost } from "./worst-cost";

const COLUMNS_AT_FIRST = 3;
const COLUMNS_AT_MOST = 4;

async function load(source: OptionsSource) {
  const [account, models, favourites] = await Promise.all([source.account(), source.models(), source.favourites()]);
  const usable = models.filter(({ satchel }) => satchel.available);
  const rank = ({ id }: Model) => (id === account.preferred_model ? 0 : favourites.has(id) ? 1 : 2);
  const first = [...usable].sort((a, b) => rank(a) - rank(b)).slice(0, COLUMNS_AT_FIRST);
  return { models: usable, favourites, first };
}

/** Which answers best for this? One question, several models side by side, each with its time and its cost. */
export function SectionCompare({ source }: { source: OptionsSource }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [picked, setPicked] = useState<readonly Model[] | null>(null);
  const [picking, setPicking] = useState(false);
  const [draft, setDraft] = useState("");
  const [round, setRound] = useState<{ number: number; prompt: string } | null>(null);
  const [stops, setStops] = useState(0);
  const [running, setRunning] = useState<ReadonlySet<string>>(new Set());
  const opener = useFocusBack(picking);
  const answers = useRef<HTMLElement>(null);
  const columns = picked ?? value?.first ?? [];
  const run = () => setRound({ number: (round?.number ?? 0) + 1, prompt: draft.trim() });
  const add = (model: Model) => {
    setPicking(false);
    if (!columns.some(({ id }) => id === model.id)) setPicked([...columns, model]);
  };
  return (
    <>
      <SectionHead title={t("options_compare")}>
        <button
          ref={opener}
          type="button"
          class="btn"
          aria-expanded={picking}
          aria-disabled={columns.length >= COLUMNS_AT_MOST}
          onClick={() => columns.length < COLUMNS_AT_MOST && setPicking(!picking)}
        >
          <Icon name="plus" />
          {t("compare_model")}
        </button>
      </SectionHead>
      <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
      {picking && value !== null && (
        <section class="card pad3 pickercard" aria-label={t("compare_model")}>
          <ModelPicker
            models={value.models}
            chosen={null}
            favourites={value.favourites}
            onChoose={add}
            onFavourite={(id) => {
              setPicked(columns); // favourites come first only where nothing is shown yet
              void source.setFavourites(toggled(value.favourites, id)).then(reload);
            }}
            onBack={() => setPicking(false)}
          />
        </section>
      )}
      {value !== null && value.models.length === 0 && (
        <EmptyCard title={t("models_none")} text={t("models_noneText")}>
          <a class="btn" href="#keys">
            {t("popup_addKey")}
          </a>
        </EmptyCard>
      )}
      {value !== null && value.models.length > 0 && (
        <>
          <Composer
            value={draft}
            label={t("compare_prompt")}
            placeholder={t("compare_prompt")}
            busy={columns.length === 0}
            onInput={setDraft}
            onSend={run}
          >
            <span class="t12 m3">{atMost(columns, draft)}</span>
            {running.size > 0 && (
              <button type="button" class="btn sm" onClick={() => setStops(stops + 1)}>
                <Icon name="stop" small />
                {t("compare_stopAll")}
              </button>
            )}
          </Composer>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <section class="cmp" ref={answers} tabIndex={0} aria-label={t("compare_answers")}>
            {columns.map((model) => (
              <CompareColumn
                key={model.id}
                model={model}
                ask={source.ask}
                round={round}
                stops={stops}
                onRunning={(isRunning) => setRunning((before) => changed(before, model.id, isRunning))}
                onRemove={() => {
                  setPicked(columns.filter(({ id }) => id !== model.id));
                  answers.current?.focus();
                }}
              />
            ))}
          </section>
          <p class="t12 m3">{t("compare_byYou")}</p>
        </>
      )}
    </>
  );
}

function changed(running: ReadonlySet<string>, id: string, isRunning: boolean): ReadonlySet<string> {
  return running.has(id) === isRunning ? running : toggled(running, id);
}

/** The most that all columns together can cost; a price that nobody knows is said instead. */
function atMost(models: readonly Model[], draft: string): string {
  const size = { inputBytes: new TextEncoder().encode(draft).length, maxTokens: null, requests: 1 };
  const costs = models.map((model) => (model.satchel.local ? 0 : worstCost(model, size)));
  if (costs.some((cost) => cost === null)) return t("compare_unknown", { count: models.length });
  if (models.length === 0) return "";
  const sum = costs.reduce<number>((total, cost) => total + (cost ?? 0), 0);
  if (sum === 0) return t("compare_free", { count: models.length });
  return t("compare_atMost", { count: models.length, cost: formatAtMost(sum) });
}
