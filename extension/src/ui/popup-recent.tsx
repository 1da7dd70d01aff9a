import type { Generation } from "../wire/generation";
import type { Model } from "../wire/model";
import { ActivityRow } from "./activity-row";
import { Logo } from "./logo";
import { Note } from "./note";
import { popupStrings as words } from "./popup-strings";

interface Props {
  generations: readonly Generation[];
  models: readonly Model[];
  portal: string;
  room: number;
}

/** The last generations, as many as there is room for; or what will be here. */
export function PopupRecent({ generations, models, portal, room }: Props) {
  if (generations.length === 0) return <NothingYet portal={portal} />;
  const named = (id: string | null) => models.find((model) => model.id === id);
  const now = new Date();
  return (
    <section class="stack s1" aria-labelledby="recent">
      <div class="row">
        <h2 class="h4" id="recent">
          {words.recent}
        </h2>
        <a class="end t12" href={`${portal}/#/activity`} target="_blank" rel="noopener noreferrer">
          {words.allActivity}
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
              free={model?.satchel.local ?? false}
              href={`${portal}/#/activity`}
              now={now}
            />
          );
        })}
      </ul>
    </section>
  );
}

function NothingYet({ portal }: { portal: string }) {
  return (
    <>
      <section class="card">
        <div class="empty">
          <Logo size={40} />
          <h2 class="h3">{words.emptyTitle}</h2>
          <p>{words.empty}</p>
          <a class="btn" href={`${portal}/demo`} target="_blank" rel="noopener noreferrer">
            {words.demo}
          </a>
        </div>
      </section>
      <Note kind="plain" icon="key">
        <p>
          <b class="b">{words.larger}</b>{" "}
          <a href={`${portal}/#/keys`} target="_blank" rel="noopener noreferrer">
            {words.addKey}
          </a>
          {words.largerRest}
        </p>
      </Note>
    </>
  );
}
