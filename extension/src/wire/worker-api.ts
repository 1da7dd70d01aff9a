import type { VaultDoor } from "../vault/vault-door";
import type { Account } from "./account";
import type { ActivityDays } from "./activity-days";
import type { ActivityFilter } from "./activity-filter";
import type { ConsentDecision } from "./consent-decision";
import type { ConsentQuestion } from "./consent-question";
import type { Generation } from "./generation";
import type { GenerationPage } from "./generation-page";
import type { Grant } from "./grant";
import type { GrantDraft } from "./grant-draft";
import type { Key } from "./key";
import type { KeyDraft } from "./key-draft";
import type { LocalServer } from "./local-server";
import type { Model } from "./model";
import type { ModelChoice } from "./model-choice";
import type { ProviderChange } from "./provider-change";
import type { ProviderChoice } from "./provider-choice";
import type { RequestViews } from "./request-views";
import type { Snapshot } from "./snapshot";
import type { Trouble } from "./trouble";

/** What the worker does for our own screens, over their port. Every call may reject with a sentence for the person. */
export interface WorkerApi extends VaultDoor {
  snapshot(tabId: number | null): Promise<Snapshot>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  setBackend(address: string): Promise<string>;
  setPaused(paused: boolean): Promise<void>;
  account(): Promise<Account>;
  setModel(model: string): Promise<Account>;
  /** Keeps activity for so long from now on, and forgets at once what is older. */
  keepActivity(days: ActivityDays): Promise<Account>;
  /** The models that chat. */
  models(): Promise<Model[]>;
  /** Those that embed or draw, too. */
  everyModel(): Promise<Model[]>;
  grants(origin: string | null): Promise<Grant[]>;
  putGrant(draft: GrantDraft): Promise<Grant>;
  deleteGrant(id: string): Promise<void>;
  generations(limit: number, origin: string | null): Promise<Generation[]>;
  generationPage(limit: number, filter: ActivityFilter, cursor: string | null): Promise<GenerationPage>;
  /** Stops a running generation of any client by its id. */
  cancelGeneration(id: string): Promise<void>;
  /** Keeps what the original Window AI kept, in this browser only. */
  keepHistory(generations: readonly Generation[]): Promise<void>;
  /** Erases who asked what of whom in one that has ended; what it cost stays counted. */
  forgetGeneration(id: string): Promise<void>;
  /** The same for all that have ended, or for those of one site. */
  forgetGenerations(origin: string | null): Promise<void>;
  providers(): Promise<ProviderChoice[]>;
  keys(): Promise<Key[]>;
  addKey(draft: KeyDraft): Promise<Key>;
  /** Puts another secret in a key's place. */
  renewKey(id: string, secret: string): Promise<Key>;
  /** Asks the provider with a key, now. */
  checkKey(id: string): Promise<Key>;
  deleteKey(id: string): Promise<void>;
  /** Whether this browser unlocks the vault without asking. */
  device(): Promise<boolean>;
  forgetDevice(): Promise<void>;
  /** Model servers of this computer that answer now, the address that the person added, and whether they are asked directly at all. */
  localServers(): Promise<{ isOn: boolean; own: string | null; servers: LocalServer[] }>;
  /** Keeps the address of one more; an empty one removes it. */
  setLocalServer(address: string): Promise<string | null>;
  stop(key: string): Promise<void>;
  question(id: string): Promise<{ question: ConsentQuestion; others: number } | null>;
  /** What the requests that wait for a question's answer would send, as far as they are here. */
  asked(id: string): Promise<RequestViews>;
  decide(id: string, decision: ConsentDecision): Promise<void>;
  /** What keeps a page waiting; null when it is over. */
  trouble(id: string): Promise<Trouble | null>;
  /** Tries the waiting requests again, or gives them up. */
  decideTrouble(id: string, isRight: boolean): Promise<void>;
  /** What a provider's own page wants to be changed; null when it is over. */
  change(id: string): Promise<ProviderChange | null>;
  /** Does it, with the model that is to be the default, then tells the page. */
  acceptChange(id: string, model: string | null): Promise<void>;
  refuseChange(id: string): Promise<void>;
  /** Among which models a page wants the person to choose; null when it is over. */
  choice(id: string): Promise<ModelChoice | null>;
  choose(id: string, model: string): Promise<void>;
  refuseChoice(id: string): Promise<void>;
}
