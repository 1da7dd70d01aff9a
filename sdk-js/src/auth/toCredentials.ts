import { SignInRequired } from "../errors/SignInRequired.js";
import type { Credentials } from "./Credentials.js";

/** What transports take for credentials: a token, a function that gets one, or a session. */
export type GivenCredentials = string | (() => string | Promise<string>) | Credentials;

/** Give a token, or a function that gets one, the shape of credentials. A function is asked again when its token is refused. */
export function toCredentials(given: GivenCredentials): Credentials {
  if (typeof given === "object") return given;
  const get = typeof given === "string" ? () => given : given;
  return {
    isSignedIn: true,
    token: async () => get(),
    async renew(refused) {
      const other = await get();
      if (other === refused) throw new SignInRequired("Satchel does not take this token.");
      return other;
    },
  };
}
