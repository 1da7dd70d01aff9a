// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VaultUnlockForm } from "../../src/ui/vault-unlock-form";
import type { VaultDoor } from "../../src/vault/vault-door";
import type { VaultState, VaultWrap } from "../../src/wire/vault-state";

const host = document.createElement("div");
document.body.append(host);
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => {
  render(null, host);
  vi.useRealTimers();
});

function locked(kinds: readonly VaultWrap["kind"][], byHand = false): VaultState {
  const wraps = kinds.map((kind) => ({ id: kind, kind, label: null, created_at: "2026-11-01T00:00:00Z" }));
  return {
    ...{ mode: "locked", unlocked: false, everywhere: false, until_at: null, idle_s: null },
    locked_by_hand: byHand,
    wraps,
  };
}

it("sends the person elsewhere with their passkey, and goes on once the vault is open there", async () => {
  let now = locked(["passphrase", "passkey_prf"]);
  const door = { vault: async () => now } as VaultDoor;
  const unlocked = vi.fn();
  const passkey = vi.fn(async () => null);
  render(<VaultUnlockForm door={door} state={now} onUnlocked={unlocked} passkey={passkey} forAll />, host);
  host.querySelector<HTMLButtonElement>(".btn.primary")?.click();
  await vi.waitFor(() => expect(host.textContent).toContain("Go on in the tab that has opened"), 5_000);
  expect(passkey).toHaveBeenCalledWith(true, null);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(unlocked).not.toHaveBeenCalled();
  now = { ...now, unlocked: true };
  await vi.advanceTimersByTimeAsync(2_000);
  expect(unlocked).toHaveBeenCalledWith(now);
});

it("says that devices wait only where there are some, and offers no passkey where there is none", () => {
  const shown = (state: VaultState) => {
    render(
      <VaultUnlockForm door={{} as VaultDoor} state={state} onUnlocked={() => undefined} passkey={async () => null} />,
      host,
    );
    return host.textContent ?? "";
  };
  expect(shown(locked(["passphrase", "device"], true))).toContain("It was locked by hand");
  expect(shown(locked(["passphrase", "recovery"], true))).not.toContain("It was locked by hand");
  expect(shown(locked(["passphrase", "device"]))).not.toContain("It was locked by hand");
  expect(host.textContent).not.toContain("Unlock with passkey");
});
