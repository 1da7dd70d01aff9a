import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { OwnVault } from "../vault/own-vault";
import type { Trouble } from "../wire/trouble";
import type { WorkerApi } from "../wire/worker-api";
import { codeWords } from "./code-words";
import { errorWords } from "./error-words";
import { KeyForm } from "./key-form";
import { KeyRow } from "./key-row";
import { LoadState } from "./load-state";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";
import { t } from "./t";
import { TroubleVault } from "./trouble-vault";
import { useLoaded } from "./use-loaded";
import { Wordmark } from "./wordmark";

interface Source extends Pick<WorkerApi, "providers" | "keys" | "addKey" | "renewKey" | "checkKey"> {
  trouble(): Promise<Trouble | null>;
  decide(isRight: boolean): Promise<void>;
  /** Where a locked vault is unlocked. */
  vaultDoor: OwnVault;
  close(): void;
}

async function load(source: Source) {
  const trouble = await source.trouble();
  if (trouble?.kind === "vault") return { trouble, vault: await source.vaultDoor.vault(), keys: [], providers: [] };
  const [keys, providers] = await Promise.all([source.keys(), source.providers()]);
  return { trouble, vault: null, keys, providers };
}

/** A page waits because a key is missing, refused or empty, or the vault locked: put it right here, then the page goes on. */
export function TroubleScreen({ source }: { source: Source }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [problem, setProblem] = useState<string | null>(null);
  const [deciding, setDeciding] = useState(false);
  const answer = (isRight: boolean) => source.decide(isRight).then(source.close);
  const decide = (isRight: boolean) => {
    if (deciding) return;
    setDeciding(true);
    setProblem(null);
    void answer(isRight)
      .catch((failure: unknown) => setProblem(errorWords(failure)))
      .finally(() => setDeciding(false));
  };
  const end = { problem, deciding, decide };
  if (value === null || error !== null) {
    return (
      <main class="pad stack s3">
        <Wordmark />
        <LoadState waiting error={error} busy={busy} onRetry={reload} />
        <End {...end} />
      </main>
    );
  }
  const { trouble } = value;
  if (trouble === null) return <p class="pad">{t("trouble_over")}</p>;
  if (value.vault !== null) {
    const { vaultDoor: door } = source;
    return <TroubleVault {...{ door, reload }} origin={trouble.origin} state={value.vault} decide={answer} />;
  }
  return (
    <main class="pad stack s3">
      <Wordmark />
      <Waiting trouble={trouble} name={nameOf(trouble, value.providers)} />
      <Remedy trouble={trouble} loaded={value} source={source} onChange={reload} />
      <End {...end}>
        <button type="button" class="btn primary" aria-busy={deciding} onClick={() => decide(true)}>
          {t("trouble_again")}
        </button>
      </End>
    </main>
  );
}

interface EndProps {
  problem: string | null;
  deciding: boolean;
  decide(isRight: boolean): void;
  children?: ComponentChildren;
}

/** The no, which is there whatever could be loaded, and beside it the yes. */
function End({ problem, deciding, decide, children }: EndProps) {
  return (
    <>
      {problem !== null && (
        <Note kind="danger">
          <p>{problem}</p>
        </Note>
      )}
      <div class="row dialog-buttons">
        <button type="button" class="btn" aria-busy={deciding} onClick={() => decide(false)}>
          {t("trouble_cancel")}
        </button>
        {children}
      </div>
    </>
  );
}

type Loaded = Awaited<ReturnType<typeof load>>;

function nameOf({ label, provider }: Trouble, providers: Loaded["providers"]): string {
  return label ?? providers.find(({ slug }) => slug === provider)?.name ?? provider ?? t("trouble_theProvider");
}

function Waiting({ trouble, name }: { trouble: Trouble; name: string }) {
  return (
    <div class="stack s1">
      <h1 class="h2">{t(trouble.kind === "credit" ? "trouble_credit" : "trouble_key", { name })}</h1>
      <p class="m2 anywhere sentence">{codeWords(trouble.code, trouble.message)}</p>
      <p class="t13 m3">
        <Sentence of="trouble_waits" parts={{ site: <OriginName origin={trouble.origin} /> }} />
      </p>
    </div>
  );
}

interface RemedyProps {
  trouble: Trouble;
  loaded: Loaded;
  source: Source;
  onChange(): void;
}

/** Where money is missing, the way to it; and the provider's keys, to be replaced, or a form where there is none. */
function Remedy({ trouble, loaded, source, onChange }: RemedyProps) {
  const { provider, label } = trouble;
  const mine = loaded.keys.filter((key) => key.provider === provider && (label === null || key.label === label));
  const offered = loaded.providers.filter(({ slug }) => provider === null || slug === provider);
  const name = nameOf(trouble, loaded.providers);
  return (
    <>
      {trouble.kind === "credit" && <CreditWay page={offered[0]?.satchel.billing_page ?? null} name={name} />}
      {mine.length === 0 ? (
        <KeyForm providers={offered} source={source} onSaved={onChange} />
      ) : (
        <ul class="card list">
          {mine.map((key) => (
            <KeyRow key={key.id} shown={key} name={name} source={source} onChange={onChange} isDoubted />
          ))}
        </ul>
      )}
    </>
  );
}

/** A link to where the provider takes money; where nobody knows that, what to do. */
function CreditWay({ page, name }: { page: string | null; name: string }) {
  if (page === null) return <p class="t13 m2">{t("trouble_creditElsewhere", { name })}</p>;
  return (
    <>
      <a class="btn" href={page} target="_blank" rel="noopener noreferrer">
        {t("trouble_addCredit", { host: new URL(page).host })}
      </a>
      <p class="t13 m2">{t("trouble_orReplace")}</p>
    </>
  );
}
