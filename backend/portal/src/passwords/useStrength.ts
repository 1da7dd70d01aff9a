import { useEffect, useState } from "preact/hooks";
import { strengthWords } from "./strengthWords";

/** How long nothing is typed before a password is judged. */
export const PAUSE_MS = 200;

/** Say how hard the typed password is to guess, once the typing pauses; empty until then. */
export function useStrength(password: string, email: string): string {
  const [words, setWords] = useState("");
  useEffect(() => {
    let current = true;
    setWords("");
    const timer = setTimeout(() => {
      const show = (said: string) => current && setWords(said);
      strengthWords(password, email).then(show, () => show("")); // without the lists nothing is said
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [password, email]);
  return words;
}
