/** Read the JSON in a model's answer, which may stand between other words; undefined when there is none. */
export function readLoose(answer: string): unknown {
  const found = /[[{].*[\]}]/s.exec(answer)?.[0];
  try {
    return found === undefined ? undefined : JSON.parse(found);
  } catch {
    return undefined;
  }
}
