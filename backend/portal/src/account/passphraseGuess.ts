const ENOUGH = 3;

/** Tells whether a program that knows the usual passwords and tricks would guess a passphrase. The lists are loaded at the first question. */
export async function isGuessable(passphrase: string): Promise<boolean> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  const judge = new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
  return judge.check(passphrase, ["satchel"]).score < ENOUGH;
}
