import type { DeviceSecret } from "../vault/device-secret";
import { deviceWay } from "../vault/device-way";
import { letterFor } from "../vault/letter-for";
import { RpcFailure } from "../wire/rpc-failure";
import type { WrapDraft } from "../wire/vault-draft";
import type { Backend } from "./backend";
import type { KeyValue } from "./key-value";

interface Dependencies {
  local: KeyValue;
  backend: Pick<Backend, "vault" | "beginUnlock" | "unlock" | "addWrap" | "removeWrap">;
  secretOf: DeviceSecret;
  /** What the person will find this browser under in the list of ways to unlock. */
  label(): Promise<string>;
}

interface Kept {
  wrapId: string;
}

const NAME = "device";
/** A vault that is locked again so soon is not to be opened again and again. */
const AGAIN_AFTER_MS = 5_000;

/** Unlocks the vault with this browser's own key, where the person wants that, until they lock it by hand. */
export class DeviceUnlock {
  private running: Promise<boolean> | null = null;
  private openedAt = 0;

  constructor(private readonly deps: Dependencies) {}

  async isOn(): Promise<boolean> {
    return (await this.kept()) !== null;
  }

  /** Keeps a wrap that this browser opens, in the place of an earlier one. The vault must be unlocked for us. */
  async keep(draft: WrapDraft): Promise<void> {
    await this.forget();
    const { id } = await this.deps.backend.addWrap({ ...draft, label: await this.deps.label() });
    await this.deps.local.set(NAME, { wrapId: id } satisfies Kept);
  }

  /** Takes the wrap back. The vault must be unlocked for us: what stays at the server would open it still. */
  async forget(): Promise<void> {
    const kept = await this.kept();
    if (kept === null) return;
    const { wraps, everywhere } = await this.deps.backend.vault();
    if (wraps.some(({ id }) => id === kept.wrapId)) await this.takeBack(kept, everywhere);
    await this.deps.local.remove(NAME);
  }

  /** Whether it is open for us now. */
  now(): Promise<boolean> {
    this.running ??= this.open()
      .catch(() => false)
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async open(): Promise<boolean> {
    const kept = await this.kept();
    if (kept === null || Date.now() - this.openedAt < AGAIN_AFTER_MS) return false;
    const { wraps, locked_by_hand: isHeld } = await this.deps.backend.vault();
    if (!wraps.some(({ id }) => id === kept.wrapId)) {
      await this.deps.local.remove(NAME);
      return false;
    }
    return !isHeld && this.bring(kept, false);
  }

  /** A server that has not seen the data key from us for a while wants it once more before it forgets a way. */
  private async takeBack(kept: Kept, everywhere: boolean): Promise<void> {
    const remove = () => this.deps.backend.removeWrap(kept.wrapId);
    await remove().catch(async (problem: unknown) => {
      const isStale = problem instanceof RpcFailure && problem.data?.satchelCode === "proof_needed";
      if (!isStale || !(await this.bring(kept, everywhere))) throw problem;
      await remove();
    });
  }

  private async bring(kept: Kept, everywhere: boolean): Promise<boolean> {
    const challenge = await this.deps.backend.beginUnlock();
    const dek = await deviceWay.open(challenge, kept.wrapId, this.deps.secretOf);
    if (dek === null) {
      if (challenge.wraps.some(({ id }) => id === kept.wrapId)) await this.deps.local.remove(NAME);
      return false;
    }
    const sealed = await letterFor(challenge, dek);
    dek.fill(0);
    const { unlocked } = await this.deps.backend.unlock({ unlock_id: challenge.unlock_id, sealed, everywhere });
    if (unlocked) this.openedAt = Date.now();
    return unlocked;
  }

  private kept(): Promise<Kept | null> {
    return this.deps.local.get<Kept>(NAME);
  }
}
