import type { ProviderChange } from "../wire/provider-change";
import { ProviderWish } from "../wire/provider-wish";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { Backend } from "./backend";
import type { Caller } from "./caller";
import type { ConsentSurface } from "./consent-surface";
import type { KeyValue } from "./key-value";
import { type AskedByPage, OneQuestion, type Sink } from "./one-question";
import type { Settings } from "./settings";

interface Dependencies {
  backend: Pick<Backend, "keys" | "providers">;
  settings: Pick<Settings, "backend">;
  surface: ConsentSurface;
  session: KeyValue;
}

/**
 * The original's `BETA_updateModelProvider`, for a provider's own page only: the person is asked, in a window of ours, one question at
 * a time. What a page says about itself is neither kept nor opened. A closed window is a no.
 */
export class ProviderChanges extends OneQuestion<ProviderChange> {
  constructor(private readonly deps: Dependencies) {
    super(deps);
  }

  /** Resolves once the person has let it be done, or there was nothing to do; rejects with 4001, 4100, 4290, 4900 or -32602. */
  async request(asked: AskedByPage, sink: Sink): Promise<null> {
    const { params, caller } = asked;
    const wish = ProviderWish.parse(params, caller.origin);
    if (typeof wish !== "string") throw new RpcFailure(RpcCode.invalidParams, wish.fault, MALFORMED);
    const keys = await this.keysOf(caller);
    if (wish === "nothing") return null;
    await this.ask(asked, { id: crypto.randomUUID(), kind: wish, origin: caller.origin, keys }, sink);
    return null;
  }

  /**
   * The person's keys for the provider whose own page asks: by the address that a key is sent to, or the page where one gets it, both from
   * what we know ourselves. Null for the person's Satchel. Rejects with 4100 for every other page, and for frames in pages of others.
   */
  private async keysOf({ origin, embedder }: Caller): Promise<ProviderChange["keys"]> {
    const { backend, settings } = this.deps;
    if (embedder !== null) throw foreign();
    if (origin === new URL(await settings.backend()).origin) return null;
    const [keys, providers] = await Promise.all([backend.keys(), backend.providers()]);
    const found = keys.flatMap(({ id, provider, base_url, label, last4 }) => {
      const choice = providers.find(({ slug }) => slug === provider);
      const isIts = [base_url, choice?.satchel.key_page].some((address) => isAt(address, origin));
      return isIts ? [{ id, provider, name: choice?.name ?? provider, label, last4 }] : [];
    });
    if (found.length === 0) throw foreign();
    return found;
  }
}

const MALFORMED = { satchelCode: "malformed_request" };

function isAt(address: string | null | undefined, origin: string): boolean {
  return typeof address === "string" && URL.canParse(address) && new URL(address).origin === origin;
}

function foreign(): RpcFailure {
  const message = "Only a provider's own page may ask for this, and only where the person has a key for it";
  return new RpcFailure(RpcCode.unauthorized, message, { satchelCode: "foreign_origin" });
}
