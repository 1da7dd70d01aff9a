import type { Generation } from "../wire/generation";
import type { GenerationPage } from "../wire/generation-page";
import { Backend } from "../worker/backend";
import type { DirectActivity } from "./direct-activity";
import type { DirectRoutes } from "./direct-routes";

interface Laid {
  routes: DirectRoutes;
  activity: DirectActivity;
  /** Keeps which direct model the person chose; null for one of the backend's. */
  prefer(model: string | null): Promise<void>;
}

/** Stands in a cursor between the backend's own and the moment that a page reached. */
const MARK = "~";

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
    const [account, preferred] = await Promise.all([super.account(), this.laid.routes.preferred()]);
    return preferred === null ? account : { ...account, preferred_model: preferred };
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

  override async generationPage(limit: number, origin: string | null, cursor: string | null) {
    const [inner, until] = cursor?.includes(MARK) ? (cursor.split(MARK) as [string, string]) : [cursor, null];
    const page = await super.generationPage(limit, origin, inner);
    const since = page.next_cursor === null ? null : (page.data.at(-1)?.started_at ?? null);
    const direct = (await this.laid.activity.list(origin)).filter((one) => isWithin(one, since, until));
    const data = [...page.data, ...direct].sort((a, b) => momentOf(b) - momentOf(a));
    const next_cursor = page.next_cursor === null ? null : `${page.next_cursor}${MARK}${since ?? ""}`;
    return { data, next_cursor } satisfies GenerationPage;
  }

  override async generations(limit: number, origin: string | null) {
    return (await super.generations(limit, origin)).slice(0, limit);
  }

  override async forgetGeneration(id: string) {
    if (!(await this.laid.activity.forget(id))) await super.forgetGeneration(id);
  }

  override async forgetGenerations(origin: string | null) {
    await super.forgetGenerations(origin);
    await this.laid.activity.forgetAll(origin);
  }
}

function momentOf({ started_at: startedAt }: Pick<Generation, "started_at">): number {
  return Date.parse(startedAt);
}

/** Whether one belongs on a page that reaches from `until` (not with it) back to `since`; null leaves that end open. */
function isWithin(one: Generation, since: string | null, until: string | null): boolean {
  const at = momentOf(one);
  return (since === null || at >= Date.parse(since)) && (until === null || until === "" || at < Date.parse(until));
}
