const LEAST_CHARACTERS = 14;
const LEAST_DIFFERENT = 8;

/** Why a passphrase is too easy to guess; null if it is not. Whoever has the whole server may try for as long as they like. */
export function passphraseFault(passphrase: string): "short" | "plain" | null {
  const characters = [...passphrase.normalize("NFKC").trim()];
  if (characters.length < LEAST_CHARACTERS) return "short";
  return new Set(characters.map((character) => character.toLowerCase())).size < LEAST_DIFFERENT ? "plain" : null;
}
