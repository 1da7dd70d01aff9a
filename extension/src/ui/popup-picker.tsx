import { useState } from "preact/hooks";
import type { Grant } from "../wire/grant";
import type { Model } from "../wire/model";
import { Icon } from "./icon";
import { keepCaveats } from "./keep-caveats";
import { ModelPicker } from "./model-picker";
import type { PopupSource } from "./popup-source";
import { SegmentedChoice } from "./segmented-choice";
import { t } from "./t";
import { useLoaded } from "./use-loaded";

interface Props {
  source: PopupSource;
  models: readonly Model[];
  chosen: string | null;
  /** This site's standing grant; without one there is only “everywhere”. */
  grant: Grant | null;
  onDone(change: Promise<unknown> | null): void;
}

/** The picker over the whole popup. “Everywhere / This site” decides the scope before the choice. */
export function PopupPicker({ source, models, chosen, grant, onDone }: Props) {
  const [scope, setScope] = useState<"all" | "site">("all");
  const stored = useLoaded(() => source.favourites());
  const favourites = stored.value ?? new Set<string>();
  const choose = (model: Model) => {
    if (scope === "all" || grant === null) return onDone(source.setModel(model.id));
    const caveats = { ...keepCaveats(grant), models: [model.id] };
    onDone(source.putGrant({ origin: grant.origin, state: "allowed", caveats }));
  };
  const favourite = (id: string) => {
    const next = new Set(favourites);
    if (!next.delete(id)) next.add(id);
    void source.setFavourites(next).then(stored.reload);
  };
  return (
    <>
      <header class="bar">
        <button type="button" class="btn icon sm quiet" aria-label={t("picker_back")} onClick={() => onDone(null)}>
          <Icon name="left" />
        </button>
        <h1 class="h3">{t("picker_title")}</h1>
        <span class="end" />
        {grant !== null && (
          <SegmentedChoice
            name="scope"
            label={t("picker_scope")}
            fit={false}
            value={scope}
            onChange={(value: "all" | "site") => setScope(value)}
            options={[
              { value: "all", label: t("picker_everywhere") },
              { value: "site", label: t("picker_thisSite") },
            ]}
          />
        )}
      </header>
      <main class="popmain pickermain">
        <ModelPicker
          models={models}
          chosen={scope === "site" ? (grant?.caveats.models?.[0] ?? chosen) : chosen}
          favourites={favourites}
          onChoose={choose}
          onFavourite={favourite}
          onBack={() => onDone(null)}
        />
      </main>
      <footer class="foot row g3" aria-hidden="true">
        <span class="row g1">
          <span class="kbd">↑</span>
          <span class="kbd">↓</span>
          {t("picker_move")}
        </span>
        <span class="row g1">
          <span class="kbd">↵</span>
          {t("picker_choose")}
        </span>
        <span class="row g1">
          <span class="kbd">Alt F</span>
          {t("picker_favourite")}
        </span>
      </footer>
    </>
  );
}
