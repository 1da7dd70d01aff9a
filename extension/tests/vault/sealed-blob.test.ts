import { describe, expect, it } from "vitest";
import file from "../../../tests/kit/sealed_blob_v1.json?raw";
import { sealedBlob } from "../../src/vault/sealed-blob";

interface Vector {
  readonly name: string;
  readonly purpose: string;
  readonly fields: readonly (string | number)[];
  readonly key: string;
  readonly plaintext: string;
  readonly context: string;
  readonly blob: string;
}

const { vectors } = JSON.parse(file) as { vectors: readonly Vector[] };

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
}

function hexOf(opened: Uint8Array | null): string | null {
  return opened && [...opened].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("sealed blobs, version 1", () => {
  it("has vectors to read", () => {
    expect(vectors.length).toBeGreaterThan(2);
  });

  it.each(vectors)("opens what Python sealed: $name", async ({ key, blob, context, purpose, fields, plaintext }) => {
    expect(hexOf(sealedBlob.context(purpose, fields))).toBe(context);
    expect(hexOf(await sealedBlob.open(bytes(key), bytes(blob), bytes(context)))).toBe(plaintext);
  });

  it.each(vectors)("refuses another key, another context and a shorter blob: $name", async ({ key, blob, context }) => {
    const [right, sealed, bound] = [bytes(key), bytes(blob), bytes(context)];
    expect(
      await sealedBlob.open(
        right.map((byte) => byte ^ 1),
        sealed,
        bound,
      ),
    ).toBeNull();
    expect(await sealedBlob.open(right, sealed, bound.slice(1))).toBeNull();
    expect(await sealedBlob.open(right, sealed.slice(0, -1), bound)).toBeNull();
    expect(await sealedBlob.open(right, sealed.slice(0, 40), bound)).toBeNull();
  });

  it("refuses every single bit that was flipped", async () => {
    const { key, blob, context } = vectors[0] as Vector;
    const opened: number[] = [];
    for (let bit = 0; bit < (blob.length / 2) * 8; bit += 1) {
      const flipped = bytes(blob);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if ((await sealedBlob.open(bytes(key), flipped, bytes(context))) !== null) opened.push(bit);
    }
    expect(opened).toEqual([]);
  });
});

describe("sealing", () => {
  it.each(vectors)("makes what Python made, of the same salt: $name", async ({ key, plaintext, context, blob }) => {
    const salt = bytes(blob.slice(2, 66));
    expect(hexOf(await sealedBlob.seal(bytes(key), bytes(plaintext), bytes(context), salt))).toBe(blob);
  });

  it("never makes the same blob twice", async () => {
    const { key, plaintext, context } = vectors[0] as Vector;
    const seal = () => sealedBlob.seal(bytes(key), bytes(plaintext), bytes(context));
    expect(hexOf(await seal())).not.toBe(hexOf(await seal()));
  });
});
