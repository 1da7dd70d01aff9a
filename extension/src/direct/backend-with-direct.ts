import type { Account } from "../wire/account";
import type { ActivityDays } from "../wire/activity-days";
import { ActivityFilter } from "../wire/activity-filter";
import type { Generation } from "../wire/generation";
import type { GenerationPage } from "../wire/generation-page";
import { RpcFailure } from "../wire/rpc-failure";
import { WorkerFault } from "../wire/worker-fault";
import { Backend } from "../worker/backend";
import type { DirectRoutes } from "./direct-routes";
import type { OwnRecord } from "./own-record";

interface Laid {
  routes: DirectRoutes;
  /** Activity of which the backend does not know. */
  records: readonly OwnRecord[];
  /** Keeps which direct model the person chose; null for one of the backend's. */
  prefer(model: string | null): Promise<void>;
  /** For how long what was asked directly is kept from now on. */
  keepFor(days: ActivityDays): Promise<void>;
}

/** Stands in a cursor between the backend's own, empty once the backend has told all, and the moment that a page reached. */
const MARK = "~";
/** How much of what only this browser knows follows at once on the backend's last page. */
const OWN_AT_ONCE = 500;

/**
 * The backend's doors, with what only this browser knows laid over: direct models among the others, the choice of one of them, and
 * what was asked of them. The backend hears of none of it.
 */
export class BackendWithDirect extends Backend {
  private readonly laid: Laid;

  constructor(laid: Laid, ...backend: ConstructorParameters<typeof Backend>) {
    super(...backend);
    this.laid = laid;
  }

  override async account() {
    return this.laidOver(await super.account());
  }

  override async keepActivity(days: ActivityDays) {
    return this.laidOver(await super.keepActivity(days));
  }

  override async setModel(model: string) {
    const isDirect = await this.laid.routes.has(model);
    await this.laid.prefer(isDirect ? model : null);
    return isDirect ? this.account() : super.setModel(model);
  }

  /** Direct ones first; one that the backend lists by the same id is asked directly. */
  override async models() {
    const [direct, others] = await Promise.all([this.laid.routes.models(), super.models()]);
    const ids = new Set(direct.map(({ id }) => id));
    const isChosen = direct.some(({ satchel }) => satchel.preferred);
    const rest = others.filter(({ id }) => !ids.has(id));
    if (!isChosen) return [...direct, ...rest];
    return [...direct, ...rest.map((model) => ({ ...model, satchel: { ...model.satchel, preferred: false } }))];
  }

  /** While the backend is away: what this browser keeps, and why that is not all. */
  override async generationPage(limit: number, filter: ActivityFilter, cursor: string | null): Promise<GenerationPage> {
    const own = await this.meant(filter);
    try {
      return await this.pageOf(own, limit, filter, cursor);
    } catch (error) {
      if (cursor !== null || own.length === 0 || !isAway(error)) throw error;
      const message = "Your Satchel does not answer. Only what this browser keeps is shown.";
      const failure = new WorkerFault(message, { code: "shown_here" }).toWire();
      return { ...cut(own.sort(newestFirst), undefined), failure };
    }
  }

  override async generations(limit: number, origin: string | null) {
    return (await super.generations(limit, origin)).filter(({ said }) => said === undefined).slice(0, limit);
  }

  override async forgetGeneration(id: string) {
    const found = await Promise.all(this.laid.records.map((record) => record.forget(id)));
    if (!found.includes(true)) await super.forgetGeneration(id);
  }

  /** Forgets what this browser keeps in any case. */
  override async forgetGenerations(origin: string | null) {
    const own = await this.own(origin);
    await Promise.all(this.laid.records.map((record) => record.forgetAll(origin)));
    try {
      await super.forgetGenerations(origin);
    } catch (error) {
      if (own.length === 0 || !isAway(error)) throw error;
      const message = "What this browser keeps is forgotten. Your Satchel does not answer: try again for the rest.";
      throw new WorkerFault(message, { code: "forgotten_here", cause: error });
    }
  }

  /** What this browser keeps goes by the account's own choice of how long. */
  private async laidOver(account: Account): Promise<Account> {
    if (account.activity_days !== undefined) await this.laid.keepFor(account.activity_days);
    const preferred = await this.laid.routes.preferred();
    return preferred === null ? account : { ...account, preferred_model: preferred };
  }

  private async pageOf(all: readonly Generation[], limit: number, filter: ActivityFilter, cursor: string | null) {
    const [inner, until] = cursor?.includes(MARK) ? (cursor.split(MARK) as [string, string]) : [cursor, null];
    const none: GenerationPage = { data: [], next_cursor: null };
    const page = inner === "" ? none : await super.generationPage(limit, filter, inner);
    const since = page.next_cursor === null ? null : (page.data.at(-1)?.started_at ?? null);
    const own = all.filter((one) => isWithin(one, since, until));
    const data = [...page.data, ...own].sort(newestFirst);
    if (page.next_cursor !== null) return { data, next_cursor: `${page.next_cursor}${MARK}${since ?? ""}` };
    return cut(data, page.data.at(-1));
  }

  /** What this browser keeps of what is looked for. */
  private async meant(filter: ActivityFilter): Promise<Generation[]> {
    const own = await this.own(filter.origin);
    if (own.length === 0 || ActivityFilter.isNone({ ...filter, origin: null })) return own;
    const names = new Map((await this.laid.routes.models()).map(({ id, name }) => [id, name]));
    return own.filter((one) => ActivityFilter.matches(one, filter, names.get(one.model ?? one.requested_model) ?? ""));
  }

  /** What this browser keeps, of all or of one site. */
  private async own(origin: string | null): Promise<Generation[]> {
    return (await Promise.all(this.laid.records.map((record) => record.list(origin)))).flat();
  }
}

function isAway(error: unknown): boolean {
  return error instanceof RpcFailure && error.data?.satchelCode === "backend_unreachable";
}

function newestFirst(one: Generation, other: Generation): number {
  return momentOf(other) - momentOf(one);
}

function momentOf({ started_at: startedAt }: Pick<Generation, "started_at">): number {
  return Date.parse(startedAt);
}

/** So much of the last page as is shown at once, never less than the backend's; what began at one moment stays together. */
function cut(data: readonly Generation[], lastOfTheBackend: Generation | undefined): GenerationPage {
  let end = Math.max(OWN_AT_ONCE, lastOfTheBackend === undefined ? 0 : data.indexOf(lastOfTheBackend) + 1);
  while (end < data.length && data[end]?.started_at === data[end - 1]?.started_at) end += 1;
  const shown = data.slice(0, end);
  return { data: shown, next_cursor: end < data.length ? `${MARK}${shown.at(-1)?.started_at}` : null };
}

/** Whether one belongs on a page that reaches from `until` (not with it) back to `since`; null leaves that end open. */
function isWithin(one: Generation, since: string | null, until: string | null): boolean {
  const at = momentOf(one);
  return (since === null || at >= Date.parse(since)) && (until === null || until === "" || at < Date.parse(until));
}
