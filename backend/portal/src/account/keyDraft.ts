import type { KeyDraft } from "./Key";
import type { ProviderChoice } from "./providers";

/** What stands in the form's fields. */
export interface KeyFields {
  secret: string;
  baseUrl: string;
  label: string;
}

/** What is wrong with which field. */
export type KeyFaults = Partial<Record<keyof KeyFields, string>>;

/** Tell whether a provider's address is the person's to give: hosted ones have theirs. */
export function takesAddress(provider: ProviderChoice): boolean {
  return provider.local || provider.baseUrl === "";
}

/** Check the fields as they are; the server has the last word. */
export function keyFaults(provider: ProviderChoice, { secret, baseUrl, label }: KeyFields): KeyFaults {
  const faults: KeyFaults = {};
  const address = takesAddress(provider) ? baseUrl.trim() : "";
  if (provider.needsKey && secret.trim() === "") faults.secret = `${provider.name} needs a key.`;
  if (address === "" && provider.baseUrl === "") faults.baseUrl = "A server needs its address.";
  if (address !== "" && !isHttp(address)) faults.baseUrl = "An address starts with http:// or https://.";
  if (/[\s:]/.test(label.trim()))
    faults.label = "A label has no spaces and no colon: it stands before its models’ names.";
  return faults;
}

/** Turn the fields into what the server takes; what is empty is left out. */
export function keyDraft(provider: ProviderChoice, fields: KeyFields): KeyDraft {
  const [secret, label] = [fields.secret.trim(), fields.label.trim()];
  const baseUrl = takesAddress(provider) ? fields.baseUrl.trim() : "";
  return {
    provider: provider.id,
    ...(secret && { secret }),
    ...(baseUrl && { base_url: baseUrl }),
    ...(label && { label }),
  };
}

function isHttp(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}
