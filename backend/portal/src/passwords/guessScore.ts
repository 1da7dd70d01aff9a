/** From this score on a program that knows the usual passwords and tricks does not guess a secret soon. */
export const ENOUGH = 3;

/**
 * Judge how soon a secret would be guessed: 0 is at once, 4 not in anybody's time. The lists of usual ones are loaded at the first question.
 *
 * @param about What a guesser knows of the person; it counts as usual.
 */
export async function guessScore(secret: string, about: readonly string[] = []): Promise<number> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  const judge = new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
  return judge.check(secret, ["satchel", ...about]).score;
}
