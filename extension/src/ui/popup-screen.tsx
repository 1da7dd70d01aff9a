import { useEffect, useState } from "preact/hooks";
import type { Grant } from "../wire/grant";
import type { LiveGeneration } from "../wire/live-generation";
import type { Model } from "../wire/model";
import { errorWords } from "./error-words";
import { firstCaveats } from "./first-caveats";
import { LiveCard } from "./live-card";
import { LoadState } from "./load-state";
import { ModelButton } from "./model-button";
import { Note } from "./note";
import { PopupBar } from "./popup-bar";
import { PopupFoot } from "./popup-foot";
import { PopupPicker } from "./popup-picker";
import { PopupRecent } from "./popup-recent";
import type { PopupSource } from "./popup-source";
import { PopupTrouble } from "./popup-trouble";
import { RefusalNote } from "./refusal-note";
import { SiteCard } from "./site-card";
import { t } from "./t";
import { useFocusBack } from "./use-focus-back";
import { useLoaded } from "./use-loaded";
import { VaultCard } from "./vault-card";

const ROWS = 3;

async function load(source: PopupSource) {
  const snapshot = await source.snapshot();
  if (snapshot.connection !== "connected") return { snapshot, models: [], generations: [], grants: [] };
  const origin = snapshot.site?.origin ?? null;
  const [models, generations, grants] = await Promise.all([
    source.models(),
    source.generations(20, null),
    origin === null ? [] : source.grants(origin),
  ]);
  return { snapshot, models, generations: generations.filter(({ status }) => status !== "live"), grants };
}

/** May this page use my model, which one, what is it costing? Site, model, live, recent, today. */
export function PopupScreen({ source }: { source: PopupSource }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const live = useLive(source, reload);
  const [picking, setPicking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const opener = useFocusBack(picking);

  if (value === null) {
    return (
      <>
        <PopupBar state={null} paused={false} onPause={() => undefined} onSettings={source.openSettings} />
        <main class="popmain">
          <LoadState waiting error={error} busy={busy} onRetry={reload} />
        </main>
      </>
    );
  }
  const { snapshot, models, generations, grants } = value;
  const act = (doing: Promise<unknown>) => {
    setFailure(null);
    doing.catch((problem: unknown) => setFailure(errorWords(problem))).finally(reload);
  };
  const connected = snapshot.connection === "connected";
  const site = snapshot.site?.origin ?? null;
  const grant = grants.find((item) => item.origin === site && item.embedder === null) ?? null;
  const running = live ?? snapshot.live;
  const chosen = models.find((model) => model.id === snapshot.account?.preferred_model) ?? null;

  if (picking) {
    return (
      <PopupPicker
        source={source}
        models={models}
        chosen={chosen?.id ?? null}
        grant={grant?.state === "allowed" ? grant : null}
        onDone={(change) => {
          setPicking(false);
          if (change !== null) act(change);
        }}
      />
    );
  }
  return (
    <>
      <PopupBar
        state={connected}
        paused={snapshot.paused}
        onPause={() => act(source.setPaused(!snapshot.paused))}
        onSettings={source.openSettings}
      />
      <main class="popmain">
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        <LoadState waiting={false} error={error} busy={busy} onRetry={reload} />
        {!connected && (
          <PopupTrouble
            snapshot={snapshot}
            looking={busy}
            onConnect={() => source.connect().then(reload)}
            onRetry={reload}
            onSettings={source.openSettings}
          />
        )}
        {connected && <VaultCard door={source.vaultDoor} onUnlocked={reload} />}
        {connected && snapshot.paused && (
          <Note kind="warn" icon="pause">
            <p>{t("popup_pausedNote")}</p>
          </Note>
        )}
        {connected &&
          (site === null ? (
            <NoSite />
          ) : (
            <SiteCard
              origin={site}
              grant={grant}
              hasAsked={[...generations, ...running].some((item) => item.origin === site) || grant !== null}
              onChoose={(choice) => act(choose(source, site, grant, chosen, choice))}
            />
          ))}
        {connected && snapshot.refused !== null && snapshot.refused.origin === site && (
          <RefusalNote refusal={snapshot.refused} />
        )}
        {connected && (
          <ModelButton model={chosen} role={t("popup_yourDefault")} place={opener} onPick={() => setPicking(true)} />
        )}
        {running.map((item) => (
          <LiveCard
            key={item.key}
            live={item}
            modelName={nameOf(models, item.model, chosen)}
            onStop={() => act(source.stop(item.key))}
          />
        ))}
        {connected && (generations.length > 0 || running.length === 0) && (
          <PopupRecent
            generations={generations}
            models={models}
            backend={snapshot.backend}
            room={Math.max(1, ROWS - Math.max(0, running.length - 1))}
          />
        )}
      </main>
      <PopupFoot snapshot={snapshot} />
    </>
  );
}

/** What runs now, once it has changed; everything is loaded again when one of them has ended. */
function useLive(source: PopupSource, reload: () => void): readonly LiveGeneration[] | null {
  const [live, setLive] = useState<readonly LiveGeneration[] | null>(null);
  useEffect(() => {
    let running = 0;
    return source.watch((now) => {
      setLive(now);
      if (now.length < running) reload();
      running = now.length;
    });
  }, []);
  return live;
}

function NoSite() {
  return (
    <section class="card pad3">
      <h1 class="h3 t13">{t("popup_noPage")}</h1>
      <p class="t12 m3">{t("popup_noPageWhy")}</p>
    </section>
  );
}

function nameOf(models: readonly Model[], id: string, chosen: Model | null): string {
  if (id === "satchel/preferred") return chosen?.name ?? id;
  return models.find((model) => model.id === id)?.name ?? id;
}

/** Allow starts with the smallest limits; Ask forgets the record; Block refuses without a question. */
async function choose(
  source: PopupSource,
  origin: string,
  grant: Grant | null,
  chosen: Model | null,
  choice: "allow" | "ask" | "block",
) {
  if (choice === "ask") {
    if (grant !== null) await source.deleteGrant(grant.id);
  } else if (choice === "block") {
    await source.putGrant({ origin, state: "blocked" });
  } else if (grant?.state !== "allowed") {
    await source.putGrant({ origin, state: "allowed", caveats: firstCaveats(new Date(), chosen) });
  }
}
