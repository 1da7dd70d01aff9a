import type { IconName } from "../pieces/IconName";

/** How an act reads in the list. */
export interface ActWords {
  words: string;
  icon: IconName;
}

const WORDS: Record<string, ActWords> = {
  account_created: { words: "The account was made", icon: "users" },
  account_replaced: { words: "An account that somebody made with your address before was deleted", icon: "users" },
  email_proven: { words: "Your email address was confirmed", icon: "shield" },
  signed_in: { words: "A browser signed in", icon: "device" },
  signed_out: { words: "A browser signed out", icon: "device" },
  link_mailed: { words: "A link to sign in was mailed to you", icon: "shield" },
  proved: { words: "You proved once more that it was you", icon: "shield" },
  tries_stopped: { words: "Too many tries to sign in; no more were taken for a while", icon: "warning" },
  password_changed: { words: "The password was changed", icon: "lock" },
  codes_switched_on: { words: "Codes after the password were turned on", icon: "shield" },
  codes_switched_off: { words: "Codes after the password were turned off", icon: "shield" },
  recovery_codes_made: { words: "New recovery codes were made", icon: "shield" },
  recovery_code_used: { words: "A recovery code was used", icon: "warning" },
  passkey_added: { words: "A passkey was added", icon: "passkey" },
  passkey_removed: { words: "A passkey was removed", icon: "passkey" },
  invitation_made: { words: "Somebody was invited", icon: "users" },
  invitation_used: { words: "Somebody invited made an account", icon: "users" },
  invitation_revoked: { words: "An invitation was revoked", icon: "users" },
  authority_tied: { words: "A way to sign in was connected", icon: "users" },
  authority_untied: { words: "A way to sign in was disconnected", icon: "users" },
  app_allowed: { words: "An app was allowed", icon: "check" },
  app_denied: { words: "An app was refused", icon: "block" },
  site_decided: { words: "A site was decided on", icon: "globe" },
  site_narrowed: { words: "A site asked to be allowed less", icon: "globe" },
  site_forgotten: { words: "A site was forgotten", icon: "globe" },
  activity_days_changed: { words: "How long activity is kept was changed", icon: "activity" },
  token_created: { words: "A token was made", icon: "token" },
  token_changed: { words: "A token was changed", icon: "token" },
  token_revoked: { words: "A token was revoked", icon: "token" },
  token_reused: { words: "A used token was tried again; everything of it was ended", icon: "warning" },
  code_reused: { words: "A used code was tried again; everything of it was ended", icon: "warning" },
  device_connected: { words: "An app or device was connected", icon: "device" },
  device_disconnected: { words: "An app or device was disconnected", icon: "device" },
  key_added: { words: "A key was added", icon: "key" },
  key_replaced: { words: "A key was replaced", icon: "key" },
  key_removed: { words: "A key was removed", icon: "key" },
  vault_locked_mode_on: { words: "Locked mode was turned on", icon: "lock" },
  vault_locked_mode_off: { words: "Locked mode was turned off", icon: "unlock" },
  vault_unlocked: { words: "The vault was unlocked", icon: "unlock" },
  vault_started_over: { words: "The locked vault was given up with its keys, and begun anew", icon: "unlock" },
  vault_locked: { words: "The vault was locked", icon: "lock" },
  vault_tries_stopped: { words: "Too many wrong tries to unlock the vault; it was locked", icon: "warning" },
  vault_data_key_renewed: { words: "Your keys were sealed anew", icon: "key" },
  vault_wrap_added: { words: "A way to unlock the vault was added", icon: "unlock" },
  vault_wrap_removed: { words: "A way to unlock the vault was removed", icon: "lock" },
};

/** Put an act into words; a kind that this page does not know yet keeps its own. */
export function wordsOfAct(act: string): ActWords {
  const plain = act.replaceAll("_", " ");
  return WORDS[act] ?? { words: plain.charAt(0).toUpperCase() + plain.slice(1), icon: "info" };
}
