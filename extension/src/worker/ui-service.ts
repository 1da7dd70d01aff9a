import type { LocalServers } from "../direct/local-servers";
import type { OldHistory } from "../direct/old-history";
import type { ActivityDays } from "../wire/activity-days";
import type { ActivityFilter } from "../wire/activity-filter";
import type { ConsentDecision } from "../wire/consent-decision";
import type { Generation } from "../wire/generation";
import type { GrantDraft } from "../wire/grant-draft";
import type { KeyDraft } from "../wire/key-draft";
import type { ProviderChange } from "../wire/provider-change";
import { RpcFailure } from "../wire/rpc-failure";
import type { Snapshot } from "../wire/snapshot";
import type { UnlockDraft, WrapDraft } from "../wire/vault-draft";
import type { WorkerApi } from "../wire/worker-api";
import type { Backend } from "./backend";
import type { Consent } from "./consent";
import type { DeviceUnlock } from "./device-unlock";
import type { Generations } from "./generations";
import type { KeyValue } from "./key-value";
import { LastRefusal } from "./last-refusal";
import type { Link } from "./link";
import type { ModelChoices } from "./model-choices";
import type { Permissions } from "./permissions";
import type { ProviderChanges } from "./provider-changes";
import type { Session } from "./session";
import type { Settings } from "./settings";
import type { SignIn } from "./sign-in";
import type { Subscribers } from "./subscribers";
import type { TopOrigins } from "./top-origins";
import type { Troubles } from "./troubles";

interface Dependencies {
  backend: Backend;
  changes: Pick<ProviderChanges, "accept" | "leave" | "of" | "refuse">;
  choices: Pick<ModelChoices, "choose" | "leave" | "of" | "refuse">;
  consent: Consent;
  device: DeviceUnlock;
  generations: Generations;
  link: Link;
  permissions: Pick<Permissions, "leave">;
  old: Pick<OldHistory, "add">;
  session: Session;
  servers: Pick<LocalServers, "servers">;
  signIn: SignIn;
  settings: Settings;
  memory: KeyValue;
  subscribers: Subscribers;
  tops: TopOrigins;
  troubles: Pick<Troubles, "of" | "decide" | "unlocked">;
  /** Something that the toolbar button or a screen shows has changed. */
  changed(): void;
}

const MISSED_FOR_MS = 30 * 60_000;

/** What our own screens may ask of the worker. */
export class UiService implements WorkerApi {
  constructor(private readonly deps: Dependencies) {}

  async snapshot(tabId: number | null): Promise<Snapshot> {
    const { settings, tops, generations, memory } = this.deps;
    const [top, account, missed, refused] = await Promise.all([
      tabId === null ? null : tops.of(tabId),
      this.reach(),
      memory.get<{ origin: string; at: number }>("missed"),
      new LastRefusal(memory).read(),
    ]);
    return {
      ...account,
      backend: await settings.backend(),
      paused: await settings.paused(),
      site: top === null ? null : { origin: top },
      live: generations.live(),
      missed: missed !== null && Date.now() - missed.at < MISSED_FOR_MS ? missed : null,
      refused,
    };
  }

  async connect(): Promise<void> {
    await this.deps.signIn.run();
    await this.deps.memory.remove("missed");
    this.deps.changed();
  }

  async disconnect(): Promise<void> {
    const { generations, permissions, changes, choices } = this.deps;
    for (const asked of [generations, permissions, changes, choices]) asked.leave();
    this.deps.link.close();
    await this.deps.session.signOut();
    this.deps.changed();
  }

  /** Another address means another Satchel: the sign-in at the old one ends, if a Satchel answers at the new. */
  async setBackend(address: string): Promise<string> {
    const { settings, session, signIn } = this.deps;
    const backend = settings.backendAt(address);
    if (backend !== (await settings.backend())) {
      if (await session.signedIn()) await signIn.find(backend);
      await this.disconnect();
    }
    return settings.setBackend(backend);
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.deps.settings.setPaused(paused);
    this.deps.changed();
  }

  async localServers() {
    const { settings, servers } = this.deps;
    const [isOn, own] = await Promise.all([settings.direct(), settings.directServer()]);
    return { isOn, own, servers: isOn ? await servers.servers() : [] };
  }

  async setLocalServer(address: string): Promise<string | null> {
    const own = await this.deps.settings.setDirectServer(address);
    this.deps.changed();
    return own;
  }

  account = () => this.deps.backend.account();
  keepActivity = (days: ActivityDays) => this.deps.backend.keepActivity(days);
  everyModel = () => this.deps.backend.models();
  models = async () => (await this.everyModel()).filter(({ satchel }) => satchel.capabilities.includes("chat"));
  grants = (origin: string | null) => this.deps.backend.grants(origin);
  generations = (limit: number, origin: string | null) => this.deps.backend.generations(limit, origin);
  generationPage = (limit: number, filter: ActivityFilter, cursor: string | null) =>
    this.deps.backend.generationPage(limit, filter, cursor);
  cancelGeneration = (id: string) => this.deps.backend.cancelGeneration(id);
  keepHistory = (generations: readonly Generation[]) => this.deps.old.add(generations);
  forgetGeneration = (id: string) => this.deps.backend.forgetGeneration(id);
  forgetGenerations = (origin: string | null) => this.deps.backend.forgetGenerations(origin);
  providers = () => this.deps.backend.providers();
  keys = () => this.deps.backend.keys();
  addKey = (draft: KeyDraft) => this.telling(this.deps.backend.addKey(draft));
  renewKey = (id: string, secret: string) => this.telling(this.deps.backend.renewKey(id, secret));
  checkKey = (id: string) => this.deps.backend.checkKey(id);
  deleteKey = (id: string) => this.telling(this.deps.backend.deleteKey(id));
  vault = () => this.deps.backend.vault();
  beginUnlock = () => this.deps.backend.beginUnlock();
  device = () => this.deps.device.isOn();
  forgetDevice = () => this.deps.device.forget();
  question = (id: string) => this.deps.consent.question(id);
  asked = async (id: string) => this.deps.consent.asked(id);

  /** By hand: then no device opens it by itself. */
  lock = () => this.deps.backend.lock();

  /** Pages that waited for it go on by themselves. */
  async unlock(draft: UnlockDraft, device: WrapDraft | null = null) {
    const state = await this.deps.backend.unlock(draft);
    try {
      if (device !== null) await this.deps.device.keep(device);
    } finally {
      if (state.unlocked) this.deps.troubles.unlocked();
      this.deps.changed();
    }
    return state;
  }

  async setModel(model: string) {
    const account = await this.deps.backend.setModel(model);
    void this.deps.subscribers.modelChanged();
    this.deps.changed();
    return account;
  }

  async putGrant(draft: GrantDraft) {
    const grant = await this.deps.backend.putGrant(draft);
    void this.deps.subscribers.permissionsChanged(draft.origin);
    this.deps.changed();
    return grant;
  }

  async deleteGrant(id: string): Promise<void> {
    await this.deps.backend.deleteGrant(id);
    void this.deps.subscribers.permissionsChanged(null);
    this.deps.changed();
  }

  async stop(key: string): Promise<void> {
    this.deps.generations.stop(key);
  }

  async decide(id: string, decision: ConsentDecision): Promise<void> {
    await this.deps.consent.decide(id, decision);
    if (decision.kind === "always") void this.deps.subscribers.permissionsChanged(null);
    this.deps.changed();
  }

  trouble = async (id: string) => this.deps.troubles.of(id);
  decideTrouble = async (id: string, isRight: boolean) => this.deps.troubles.decide(id, isRight);

  change = async (id: string) => this.deps.changes.of(id);
  refuseChange = async (id: string) => this.deps.changes.refuse(id);
  acceptChange = (id: string, model: string | null) =>
    this.deps.changes.accept(id, (change) => this.make(change, model));

  choice = async (id: string) => this.deps.choices.of(id);
  choose = (id: string, model: string) => this.deps.choices.choose(id, model);
  refuseChoice = async (id: string) => this.deps.choices.refuse(id);

  private async make({ kind, keys }: ProviderChange, model: string | null): Promise<void> {
    if (kind === "default") {
      if (model !== null) await this.setModel(model);
      return;
    }
    if (keys === null) return this.disconnect();
    const kept = new Set((await this.keys()).map(({ id }) => id));
    for (const { id } of keys) if (kept.has(id)) await this.deleteKey(id);
    void this.deps.subscribers.modelChanged();
    this.deps.changed();
  }

  /** What answers has changed with it: a question that waits for a model is asked anew. */
  private async telling<T>(deed: Promise<T>): Promise<T> {
    const done = await deed;
    this.deps.changed();
    return done;
  }

  private async reach(): Promise<Pick<Snapshot, "connection" | "account">> {
    if (!(await this.deps.session.signedIn())) return { connection: "signed_out", account: null };
    try {
      return { connection: "connected", account: await this.deps.backend.account() };
    } catch (error) {
      const code = error instanceof RpcFailure ? error.data?.satchelCode : undefined;
      return { connection: code === "signed_out" ? "signed_out" : "unreachable", account: null };
    }
  }
}
