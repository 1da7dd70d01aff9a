import { useState } from "preact/hooks";
import type { LocalServer } from "../wire/local-server";
import type { Preferences } from "../wire/preferences";
import { BrowserModelRow } from "./browser-model-row";
import { DirectAddress } from "./direct-address";
import { errorWords } from "./error-words";
import type { OptionsSource } from "./options-source";
import { SettingRow } from "./setting-row";
import { t } from "./t";
import { useLoaded } from "./use-loaded";

interface Props {
  source: OptionsSource;
  chosen: Preferences;
  onSet(change: Partial<Preferences>): void;
}

type Looked = Awaited<ReturnType<OptionsSource["localServers"]>> & { isAllowed: boolean };

const WHEN = ["elsewhere", "always", "never"] as const;

/** Model servers of this computer that the browser asks past the backend: when, which there are, and one more address. */
export function DirectSettings({ source, chosen, onSet }: Props) {
  return (
    <section class="stack" aria-labelledby="set-direct">
      <h2 class="h2" id="set-direct">
        {t("settings_direct")}
      </h2>
      <div class="card list">
        <SettingRow id="direct" title={t("settings_directWhen")} hint={t("settings_directHint")}>
          <select
            class="in"
            aria-labelledby="direct-title"
            aria-describedby="direct-hint"
            value={chosen.direct}
            onChange={(event) => onSet({ direct: event.currentTarget.value as Preferences["direct"] })}
          >
            {WHEN.map((value) => (
              <option key={value} value={value}>
                {t(`settings_direct_${value}`)}
              </option>
            ))}
          </select>
        </SettingRow>
        {chosen.direct !== "never" && <Servers key={chosen.direct} source={source} />}
        <BrowserModelRow source={source} isOn={chosen.browserModel} onSet={onSet} />
      </div>
    </section>
  );
}

async function look(source: OptionsSource): Promise<Looked> {
  const [isAllowed, looked] = await Promise.all([source.maySeeLocal(), source.localServers()]);
  return { ...looked, isAllowed };
}

function Servers({ source }: { source: OptionsSource }) {
  const { value, error, busy, reload } = useLoaded(() => look(source));
  const [failure, setFailure] = useState<string | null>(null);
  const allow = async () => {
    setFailure(null);
    const given = await source.askForLocal().catch(() => false);
    if (given) reload();
    else setFailure(t("direct_denied"));
  };
  if (error !== null) return <Line words={error} action={t("popup_again")} busy={busy} onAct={reload} />;
  if (value === null) return <Line words={t("direct_looking")} />;
  if (!value.isOn) return <Line words={t("direct_notNow")} />;
  if (!value.isAllowed) {
    return <Line words={failure ?? t("direct_allowText")} action={t("direct_allow")} onAct={() => void allow()} />;
  }
  return (
    <>
      {value.servers.map((server) => (
        <ServerLine key={server.address} server={server} />
      ))}
      <Line
        words={t(value.servers.length === 0 ? "direct_none" : "direct_missing")}
        action={t("direct_again")}
        busy={busy}
        onAct={reload}
      />
      <DirectAddress
        own={value.own}
        onSave={async (address) => {
          await source.setLocalServer(address).then(reload, (problem: unknown) => {
            throw new Error(errorWords(problem));
          });
        }}
      />
    </>
  );
}

function ServerLine({ server }: { server: LocalServer }) {
  const { name, address, models, refuses, provider } = server;
  const refused = t(provider === "ollama" ? "direct_refusesOllama" : "direct_refuses");
  return (
    <div class="setting">
      <div class="words">
        <p class="t13 b">{name}</p>
        <p class="t12 m3 mono anywhere">{address}</p>
        {refuses && <p class="t12 c-danger anywhere">{refused}</p>}
      </div>
      {!refuses && <span class="t12 m2 nw">{t("direct_models", { count: models })}</span>}
    </div>
  );
}

interface LineProps {
  words: string;
  action?: string;
  busy?: boolean;
  onAct?(): void;
}

function Line({ words, action, busy = false, onAct }: LineProps) {
  return (
    <div class="setting">
      <p class="words t12 m2" role="status">
        {words}
      </p>
      {action !== undefined && (
        <button type="button" class="btn sm" aria-busy={busy} onClick={() => busy || onAct?.()}>
          {action}
        </button>
      )}
    </div>
  );
}
