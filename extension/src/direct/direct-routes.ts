import { ChatBody } from "../wire/chat-body";
import { LegacyModel } from "../wire/legacy-model";
import type { Model } from "../wire/model";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { DirectRoute } from "./direct-route";
import type { DirectSource } from "./direct-source";

interface Dependencies {
  sources: readonly DirectSource[];
  /** The direct model that the person chose for all sites; null where it is one of the backend's. */
  preferred(): Promise<string | null>;
  /** Whether the backend knows a model by this id. */
  isListed(id: string): Promise<boolean>;
}

/** For so long what was found once is believed. */
const FRESH_MS = 30_000;

/**
 * Which models are asked past the backend. A model that was meant to be asked so and is away is a failure: its prompt is
 * never sent to the backend instead.
 */
export class DirectRoutes {
  private found: { at: number; routes: readonly DirectRoute[] } | null = null;

  constructor(private readonly deps: Dependencies) {}

  /** The models there are now, looked for anew. Never rejects. */
  async models(): Promise<Model[]> {
    const preferred = await this.deps.preferred();
    const models = (await this.look()).map(({ model }) => model);
    return models.map((model) => ({ ...model, satchel: { ...model.satchel, preferred: model.id === preferred } }));
  }

  /** Whether anything is asked past the backend at all. */
  async isOn(): Promise<boolean> {
    return (await this.sourcesOn()).length > 0;
  }

  /** The direct model that answers where none is named; null where the backend decides. */
  async preferred(): Promise<string | null> {
    const preferred = await this.deps.preferred();
    return preferred !== null && (await this.isTaken(preferred)) ? preferred : null;
  }

  /** Whether an id is that of a direct model which is there now. */
  async has(id: string): Promise<boolean> {
    return (await this.isTaken(id)) && (await this.routeTo(id)) !== undefined;
  }

  /** The way to a model; null where the backend is to be asked. Throws `provider_unavailable` where it should be here and is not. */
  async find(id: string): Promise<DirectRoute | null> {
    const name = LegacyModel.ownServers(id);
    if (name !== null) return this.atOwnServer(name);
    const wanted = id === ChatBody.PREFERRED ? await this.deps.preferred() : id;
    if (wanted === null || !(await this.isTaken(wanted))) return null;
    const route = await this.routeTo(wanted);
    if (route !== undefined) return route;
    if (id !== ChatBody.PREFERRED && (await this.deps.isListed(id))) return null;
    throw new RpcFailure(RpcCode.providerFailed, `${wanted} does not answer on this computer. Is its server running?`, {
      satchelCode: "provider_unavailable",
      status: 503,
      retryable: true,
    });
  }

  /** Whether an id is written as those of direct models are, be it there or not. */
  concerns(id: string): boolean {
    return this.sourceOf(id) !== undefined;
  }

  /** An id that nobody knows, at a server of this computer: where one is listed by that name, else at the first one's word. */
  private async atOwnServer(name: string): Promise<DirectRoute | null> {
    const sources = await this.sourcesOn();
    if (sources.length === 0 || (await this.deps.isListed(name))) return null;
    const listed = (await this.look()).find(({ model }) => model.id.slice(model.id.indexOf(":") + 1) === name);
    if (listed !== undefined) return listed;
    const found = await Promise.all(sources.map((source) => source.unlisted?.(name) ?? null));
    return found.find((route) => route !== null) ?? null;
  }

  /** Whether an id is one that a source takes which is switched on. */
  private async isTaken(id: string): Promise<boolean> {
    return (await this.sourceOf(id)?.isOn()) ?? false;
  }

  private sourceOf(id: string): DirectSource | undefined {
    return this.deps.sources.find(({ prefixes }) => prefixes.some((prefix) => id.startsWith(`${prefix}:`)));
  }

  private async sourcesOn(): Promise<DirectSource[]> {
    const { sources } = this.deps;
    const on = await Promise.all(sources.map((source) => source.isOn()));
    return sources.filter((_, at) => on[at]);
  }

  private async routeTo(id: string): Promise<DirectRoute | undefined> {
    const known = this.found !== null && Date.now() - this.found.at < FRESH_MS ? this.found.routes : [];
    return byId(known, id) ?? byId(await this.look(), id);
  }

  private async look(): Promise<readonly DirectRoute[]> {
    const all = (await Promise.all((await this.sourcesOn()).map((source) => source.routes()))).flat();
    const routes = [...new Map(all.toReversed().map((route) => [route.model.id, route])).values()].toReversed();
    this.found = { at: Date.now(), routes };
    return routes;
  }
}

function byId(routes: readonly DirectRoute[], id: string): DirectRoute | undefined {
  return routes.find(({ model }) => model.id === id);
}
