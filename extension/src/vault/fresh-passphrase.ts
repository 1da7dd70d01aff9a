const WORDS = 6;
const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aeiou";

/** Six words that mean nothing and can be said aloud: 75 random bits. */
export function freshPassphrase(): string {
  return Array.from(
    { length: WORDS },
    () => oneOf(CONSONANTS) + oneOf(VOWELS) + oneOf(CONSONANTS) + oneOf(VOWELS),
  ).join(" ");
}

function oneOf(letters: string): string {
  const most = 256 - (256 % letters.length);
  for (;;) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < most) return letters[byte % letters.length] ?? "";
  }
}
