import { isRecord } from "./is-record";

/** What a provider's own page asks the person for: its models as their default, to be signed out, or nothing that we keep. */
export type ProviderWish = "default" | "sign_out" | "nothing";

/** The addresses that a page may name; none is ever opened or kept. */
const ADDRESSES = ["paymentUrl", "settingsUrl"] as const;

function originOf(address: unknown): string | null {
  return typeof address === "string" && URL.canParse(address) ? new URL(address).origin : null;
}

/** Reads the params of `ai_updateModelProvider` from a page of `origin`, or says in words what is wrong with them. */
function parse(params: unknown, origin: string): ProviderWish | { fault: string } {
  if (!isRecord(params)) return refused("the call needs an object");
  const { baseUrl, session, shouldSetDefault } = params;
  if (session !== undefined && session !== null && !isRecord(session))
    return refused("session must be an object or null");
  if (shouldSetDefault !== undefined && shouldSetDefault !== null && typeof shouldSetDefault !== "boolean")
    return refused("shouldSetDefault must be true or false");
  const named = [["baseUrl", baseUrl] as const, ...ADDRESSES.map((name) => [name, session?.[name]] as const)];
  for (const [name, address] of named) {
    if (address !== undefined && address !== null && originOf(address) !== origin)
      return refused(`${name} must be an address of ${origin}`);
  }
  if (session === null && shouldSetDefault === true)
    return refused("one call signs out or becomes the default, not both");
  if (session === null) return "sign_out";
  return shouldSetDefault === true ? "default" : "nothing";
}

function refused(fault: string): { fault: string } {
  return { fault };
}

export const ProviderWish = { parse };
