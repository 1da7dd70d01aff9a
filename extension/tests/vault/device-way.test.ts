import { describe, expect, it } from "vitest";
import file from "../../../tests/kit/vault_wraps_v1.json?raw";
import { base64url } from "../../src/vault/base64url";
import { type DeviceSecret, deviceSecret } from "../../src/vault/device-secret";
import { deviceWay } from "../../src/vault/device-way";
import { RpcCode } from "../../src/wire/rpc-code";
import { RpcFailure } from "../../src/wire/rpc-failure";
import type { VaultChallenge } from "../../src/wire/vault-challenge";
import type { WrapDraft } from "../../src/wire/vault-draft";
import type { VaultState } from "../../src/wire/vault-state";
import { DeviceUnlock } from "../../src/worker/device-unlock";
import { memoryKeyValue } from "../worker/memory-key-value";

const { challenge: bound, vectors } = JSON.parse(file);
const vector = vectors.find(({ kind }: { kind: string }) => kind === "device");
const HMAC = { name: "HMAC", hash: "SHA-256" };
const OPEN: VaultState = {
  mode: "locked",
  unlocked: true,
  everywhere: false,
  until_at: null,
  idle_s: null,
  locked_by_hand: false,
  wraps: [],
};

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
}

const secretOf: DeviceSecret = async (account, salt) =>
  deviceSecret(await crypto.subtle.importKey("raw", bytes(vector.device_key), HMAC, false, ["sign"]), account, salt);

async function challengeWith(...drafts: (WrapDraft & { id: string })[]): Promise<VaultChallenge> {
  const pair = (await crypto.subtle.generateKey("X25519", true, ["deriveBits"])) as CryptoKeyPair;
  const node_key = base64url.of(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { ...bound, unlock_id: "u", client: "c", expires_s: 1, node_key, wraps: drafts };
}

const THERE = { id: "wrap_1", kind: "device", label: null, params: vector.params, blob: vector.blob } as const;

describe("the way of a device", () => {
  it("opens what Python wrapped, and what it wrapped itself", async () => {
    expect(await deviceWay.open(await challengeWith(THERE), "wrap_1", secretOf)).toEqual(bytes(vector.dek));
    const draft = await deviceWay.draft(await challengeWith(), bytes(vector.dek), secretOf);
    const there = await challengeWith({ ...draft, id: "wrap_2" });
    expect(await deviceWay.open(there, "wrap_2", secretOf)).toEqual(bytes(vector.dek));
  });

  it("opens nothing with another device's key, for another account, or once it is taken back", async () => {
    const challenge = await challengeWith(THERE);
    expect(await deviceWay.open(challenge, "wrap_1", async () => new Uint8Array(32))).toBeNull();
    expect(await deviceWay.open({ ...challenge, account_id: "acct_2" }, "wrap_1", secretOf)).toBeNull();
    expect(await deviceWay.open(await challengeWith(), "wrap_1", secretOf)).toBeNull();
  });
});

describe("a browser that unlocks without asking", () => {
  async function unlocking(...there: (typeof THERE)[]) {
    const unlocked: string[] = [];
    const removed: string[] = [];
    const refusals: RpcFailure[] = [];
    const state: VaultState = { ...OPEN, wraps: there.map((wrap) => ({ ...wrap, created_at: "" })) };
    const offered = [...there];
    const local = memoryKeyValue();
    const device = new DeviceUnlock({
      local,
      secretOf,
      label: async () => "Chromium on Linux",
      backend: {
        vault: async () => state,
        beginUnlock: () => challengeWith(...offered),
        unlock: async ({ sealed }) => {
          unlocked.push(sealed);
          return OPEN;
        },
        addWrap: async ({ label }) => ({ id: "wrap_1", kind: "device", label, created_at: "" }),
        removeWrap: async (id) => {
          const refused = refusals.pop();
          if (refused !== undefined) throw refused;
          removed.push(id);
        },
      },
    });
    return { device, unlocked, removed, refusals, state, offered };
  }

  it("does so when it was told to, once however many ask, and not again at once", async () => {
    const { device, unlocked } = await unlocking(THERE);
    expect(await device.now()).toBe(false);
    await device.keep({ kind: "device", params: vector.params, blob: vector.blob, label: null });
    expect(await Promise.all([device.now(), device.now()])).toEqual([true, true]);
    expect(await device.now()).toBe(false);
    expect(unlocked.length).toBe(1);
  });

  it("does not after it was locked by hand anywhere, until it is unlocked by hand", async () => {
    const { device, state, unlocked } = await unlocking(THERE);
    await device.keep({ kind: "device", params: vector.params, blob: vector.blob, label: null });
    state.locked_by_hand = true;
    expect([await device.now(), await device.isOn(), unlocked.length]).toEqual([false, true, 0]);
    state.locked_by_hand = false;
    expect(await device.now()).toBe(true);
  });

  it("keeps its way when the vault is locked by hand just as it asks", async () => {
    const { device, offered } = await unlocking(THERE);
    await device.keep({ kind: "device", params: vector.params, blob: vector.blob, label: null });
    const [held] = offered.splice(0);
    expect([await device.now(), await device.isOn()]).toEqual([false, true]);
    if (held !== undefined) offered.push(held);
    expect(await device.now()).toBe(true);
  });

  it("forgets it when the wrap was taken back elsewhere, and takes it back itself when told to ask again", async () => {
    const gone = await unlocking();
    await gone.device.keep({ kind: "device", params: vector.params, blob: vector.blob, label: null });
    expect([await gone.device.now(), await gone.device.isOn()]).toEqual([false, false]);
    const there = await unlocking(THERE);
    await there.device.keep({ kind: "device", params: vector.params, blob: vector.blob, label: null });
    await there.device.forget();
    expect([await there.device.isOn(), there.removed]).toEqual([false, ["wrap_1"]]);
  });

  it("brings the key once more where the server has not seen it for a while, and says what else is refused", async () => {
    const refused = (satchelCode: string) => new RpcFailure(RpcCode.unauthorized, satchelCode, { satchelCode });
    const { device, unlocked, removed, refusals } = await unlocking(THERE);
    await device.keep({ kind: "device", params: vector.params, blob: vector.blob, label: null });
    refusals.push(refused("refused"));
    await expect(device.forget()).rejects.toThrow("refused");
    expect([await device.isOn(), unlocked.length]).toEqual([true, 0]);
    refusals.push(refused("proof_needed"));
    await device.forget();
    expect([await device.isOn(), removed, unlocked.length]).toEqual([false, ["wrap_1"], 1]);
  });
});
