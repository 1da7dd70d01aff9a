import type { Generation } from "../wire/generation";
import type { Model } from "../wire/model";
import { ActivityRow } from "./activity-row";
import { Logo } from "./logo";
import { Note } from "./note";
import { OptionsSection } from "./options-section";
import { Sentence } from "./sentence";
import { t } from "./t";

interface Props {
  generations: readonly Generation[];
  models: readonly Model[];
  /** Where the demo is. */
  backend: string;
  room: number;
}

/** The last generations, as many as there is room for; or what will be here. */
export function PopupRecent({ generations, models, backend, room }: Props) {
  if (generations.length === 0) return <NothingYet backend={backend} />;
  const named = (id: string | null) => models.find((model) => model.id === id);
  const now = new Date();
  return (
    <section class="stack s1" aria-labelledby="recent">
      <div class="row">
        <h2 class="h4" id="recent">
          {t("popup_recent")}
        </h2>
        <a class="end t12" href={OptionsSection.address("activity")} target="_blank" rel="noopener noreferrer">
          {t("popup_allActivity")}
        </a>
      </div>
      <ul class="card list">
        {generations.slice(0, room).map((generation) => {
          const model = named(generation.model);
          return (
            <ActivityRow
              key={generation.id}
              generation={generation}
              modelName={model?.name ?? generation.model ?? generation.requested_model}
              now={now}
            />
          );
        })}
      </ul>
    </section>
  );
}

function NothingYet({ backend }: { backend: string }) {
  return (
    <>
      <section class="card">
        <div class="empty">
          <Logo size={40} />
          <h2 class="h3">{t("popup_emptyTitle")}</h2>
          <p>{t("popup_empty")}</p>
          <a class="btn" href={`${backend}/demo`} target="_blank" rel="noopener noreferrer">
            {t("popup_demo")}
          </a>
        </div>
      </section>
      <Note kind="plain" icon="key">
        <p>
          <b class="b">{t("popup_larger")}</b>{" "}
          <Sentence
            of="popup_largerRest"
            parts={{
              link: (
                <a href={OptionsSection.address("keys")} target="_blank" rel="noopener noreferrer">
                  {t("popup_addKey")}
                </a>
              ),
            }}
          />
        </p>
      </Note>
    </>
  );
}
