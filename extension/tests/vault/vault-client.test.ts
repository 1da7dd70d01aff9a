import { describe, expect, it } from "vitest";
import file from "../../../tests/kit/vault_wraps_v1.json?raw";
import { base64url } from "../../src/vault/base64url";
import { freshPassphrase } from "../../src/vault/fresh-passphrase";
import { passphraseFault } from "../../src/vault/passphrase-fault";
import { recoveryCode } from "../../src/vault/recovery-code";
import { sealedBlob } from "../../src/vault/sealed-blob";
import { wrapParams } from "../../src/vault/wrap-params";
import { wrappingKey } from "../../src/vault/wrapping-key";
import type { WrapKind } from "../../src/wire/vault-state";

interface Vector {
  kind: WrapKind;
  secret: string;
  params: string;
  key: string;
  dek: string;
  blob: string;
}

const { challenge, vectors } = JSON.parse(file) as { challenge: Record<string, string | number>; vectors: Vector[] };

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
}

function hexOf(opened: Uint8Array | null): string | null {
  return opened && [...opened].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("wraps", () => {
  it.each(vectors)(
    "open what Python wrapped by $kind",
    async ({ kind, secret, params, key, dek, blob }) => {
      const found = await wrappingKey(kind, kind === "passphrase" ? secret : bytes(secret), params);
      expect(hexOf(found)).toBe(key);
      const names = ["deployment_id", "account_id", "dek_id", "dek_version"];
      const context = sealedBlob.context("dek-wrap", [...names.map((name) => challenge[name] ?? ""), kind, params]);
      expect(hexOf(await sealedBlob.open(found, base64url.bytes(blob), context))).toBe(dek);
    },
    60_000,
  );

  it.each([{ m: 65_535 }, { t: 2 }, { p: 0 }, { m: 2 ** 21 }, { t: 17 }, { m: "x" }, { v: 2 }, { salt: "short" }])(
    "are refused where the server makes guessing easy: %j",
    (change) => {
      const sent = { ...JSON.parse(wrapParams.fresh(wrapParams.costs)), ...change };
      expect(() => wrapParams.read(JSON.stringify(sent), true)).toThrow();
    },
  );

  it("are opened with the costs that we make them with", () => {
    expect(wrapParams.read(wrapParams.fresh(wrapParams.costs), true).costs).toEqual({ m: 65_536, t: 3, p: 4 });
  });
});

describe("a recovery code", () => {
  it("is read as it was written, however it is typed", async () => {
    const { code, secret } = await recoveryCode.fresh();
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){6}[0-9A-HJKMNP-TV-Z]{5}$/);
    const sloppy = code.toLowerCase().replaceAll("-", " ").replaceAll("1", "l").replaceAll("0", "o");
    for (const typed of [code, sloppy, code.replaceAll("-", "")])
      expect(await recoveryCode.read(typed)).toEqual(secret);
  });

  it("with a slip of the pen is none", async () => {
    const code = await recoveryCode.write(new Uint8Array(20).map((_, at) => at * 11));
    const slips = [...code].flatMap((digit, at) =>
      digit === "-" ? [] : [code.slice(0, at) + (digit === "7" ? "8" : "7") + code.slice(at + 1)],
    );
    const read = await Promise.all([...slips, code.slice(1), "", "correct horse battery"].map(recoveryCode.read));
    expect(read.filter((secret) => secret !== null)).toEqual([]);
    expect(await recoveryCode.read(code)).not.toBeNull();
  });
});

describe("a passphrase", () => {
  it("that is suggested is six words, and never refused", () => {
    for (let n = 0; n < 50; n += 1) {
      const words = freshPassphrase();
      expect(words).toMatch(/^([a-z]{4} ){5}[a-z]{4}$/);
      expect(passphraseFault(words)).toBeNull();
    }
  });

  it("that is short or says one thing again and again is refused", () => {
    expect(passphraseFault("correct horse")).toBe("short");
    expect(passphraseFault("abcabcabcabcabcabc")).toBe("plain");
    expect(passphraseFault("correct horse battery")).toBeNull();
  });
});
