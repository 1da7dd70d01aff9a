// What the sign-in scripts share: who asks, and the person outside who answers over standard input and output.
import { createInterface } from "node:readline/promises";

export const CLIENT_ID = "satchel-extension";
export const REDIRECT_URI = process.argv[3];
export const SCOPE = "generate models";

/** Show the person where to go; return where their browser ended. */
export async function answered(address) {
  console.log(address.href);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return new URL(line);
  }
  throw new Error("nobody answered");
}
