import { guessScore } from "./guessScore";

/** Below this length the server takes no password. */
export const LEAST = 10;

const WORDS = [
  "Weak: programs try this first. Take a few words that nobody puts together, or what your browser suggests.",
  "Weak: programs guess this soon. Take a few words that nobody puts together, or what your browser suggests.",
  "Fair: good enough here, where guesses are few. Whoever had the database would find it.",
  "Good: hard to guess.",
  "Strong: very hard to guess.",
];

/** Say how hard a password for the account is to guess; nothing while it is too short for any. Words only: no password is refused for it. */
export async function strengthWords(password: string, email: string): Promise<string> {
  if (password.length < LEAST) return "";
  const about = [email, ...email.split("@"), ...email.split(/[@.]/)].filter((part) => part.length > 2);
  return WORDS[await guessScore(password, about)] ?? "";
}
