import { expect, it } from "vitest";
import { passkeyAddress } from "../../src/vault/passkey-address";
import { passkeyWay } from "../../src/vault/passkey-way";
import type { VaultDoor } from "../../src/vault/vault-door";
import type { VaultState } from "../../src/wire/vault-state";

const OPEN = { mode: "locked", unlocked: true } as VaultState;
const DOOR = {} as VaultDoor;

it.each([
  ["http://127.0.0.1:8787", "http://localhost:8787/"],
  ["http://[::1]:8787", "http://localhost:8787/"],
  ["http://localhost:8787", "http://localhost:8787/"],
  ["https://satchel.example", "https://satchel.example/"],
  ["https://192.168.1.5:8443", null],
  ["https://[fd00::1]", null],
])("the passkeys of %s are for %s", (backend, address) => {
  expect(passkeyAddress(backend)?.href ?? null).toBe(address);
});

function browserThat({ allows = true, fails = null as Error | null } = {}) {
  const seen = { matches: [] as string[], hosts: [] as unknown[], tabs: [] as string[] };
  const unlock = passkeyWay({
    mayAskFor: async (match) => {
      seen.matches.push(match);
      return allows;
    },
    client: async () => ({
      async unlockByPasskey(_door, _everywhere, how) {
        if (fails !== null) throw fails;
        seen.hosts.push(how?.rpId);
        return OPEN;
      },
    }),
    openTab: async (address) => void seen.tabs.push(address),
  });
  return { unlock, seen };
}

it("asks for the passkeys of the server's host, once it may reach that", async () => {
  const { unlock, seen } = browserThat();
  expect(await unlock(DOOR, "http://127.0.0.1:8787", false, null)).toBe(OPEN);
  expect(seen).toEqual({ matches: ["http://localhost/*"], hosts: ["localhost"], tabs: [] });
});

it.each([{ allows: false }, { fails: new DOMException("not for you", "SecurityError") }])(
  "goes on in the portal, for all apps, where the browser says %o",
  async (how) => {
    const { unlock, seen } = browserThat(how);
    expect(await unlock(DOOR, "https://satchel.example", false, null)).toBeNull();
    expect(seen.tabs).toEqual(["https://satchel.example/sign-in?next=%2F%23%2Fkeys%3Feverywhere"]);
  },
);

it("has no passkey where the server has no name, and asks the browser for nothing", async () => {
  const { unlock, seen } = browserThat();
  expect(await unlock(DOOR, "https://192.168.1.5:8443", false, null)).toBeNull();
  expect(seen).toEqual({
    matches: [],
    hosts: [],
    tabs: ["https://192.168.1.5:8443/sign-in?next=%2F%23%2Fkeys%3Feverywhere"],
  });
});

it("says what the person did, and opens nothing, when they turn the browser's question down", async () => {
  const { unlock, seen } = browserThat({ fails: new DOMException("no", "NotAllowedError") });
  await expect(unlock(DOOR, "https://satchel.example", false, null)).rejects.toThrow("no");
  expect(seen.tabs).toEqual([]);
});
