import type { KeyDraft } from "../wire/key-draft";
import type { ProviderChoice } from "../wire/provider-choice";
import type { MessageKey } from "./message-key";

/** What stands in the form for a key. */
export interface KeyFields {
  secret: string;
  address: string;
  label: string;
}

/** What is wrong with which field. */
type KeyFaults = Partial<Record<keyof KeyFields, MessageKey>>;

/** Whether the address is the person's to give: hosted providers have theirs. */
function takesAddress({ satchel }: ProviderChoice): boolean {
  return satchel.local || satchel.base_url === null;
}

/** Looks at the fields as they are; the server has the last word. */
function faults(provider: ProviderChoice, fields: KeyFields): KeyFaults {
  const found: KeyFaults = {};
  const address = takesAddress(provider) ? fields.address.trim() : "";
  if (provider.satchel.needs_key && fields.secret.trim() === "") found.secret = "keys_fault_secret";
  if (address === "" && provider.satchel.base_url === null) found.address = "keys_fault_address";
  if (address !== "" && !/^https?:\/\/[^\s]+$/.test(address)) found.address = "keys_fault_http";
  if (/[\s:]/.test(fields.label.trim())) found.label = "keys_fault_label";
  return found;
}

/** The fields as the server takes them; what is empty is left out. */
function draft(provider: ProviderChoice, fields: KeyFields): KeyDraft {
  const [secret, label] = [fields.secret.trim(), fields.label.trim()];
  const address = takesAddress(provider) ? fields.address.trim() : "";
  return {
    provider: provider.slug,
    ...(secret === "" ? {} : { secret }),
    ...(address === "" ? {} : { base_url: address }),
    ...(label === "" ? {} : { label }),
  };
}

export const KeyFields = { EMPTY: { secret: "", address: "", label: "" }, takesAddress, faults, draft };
