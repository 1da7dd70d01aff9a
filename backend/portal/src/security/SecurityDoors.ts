import type { Grant } from "@wire/grant";
import type { PasskeyOptions } from "../passkeys/answerPasskey";

/** A passkey of the account. */
export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
  prf: boolean;
  synced: boolean;
}

/** Whether signing in by password asks for a code, and how many recovery codes are left. */
export interface CodesState {
  since_at: string | null;
  codes_left: number;
}

/** What an authenticator app is given, once: the seed as text, and as a picture. */
export interface CodesDraft {
  secret: string;
  uri: string;
  qr: string;
}

/** A browser that is signed in; `current` is this one. */
export interface SignIn {
  id: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  user_agent: string | null;
  current: boolean;
}

/** An extension, a terminal or an app that is connected; `origin` is the site of one that is a page. */
export interface Device {
  id: string;
  name: string | null;
  client_id: string | null;
  origin: string | null;
  since_at: string;
  last_used_at: string;
  /** What it is held to, where no site's grant says it. */
  caveats: Pick<Grant["caveats"], "models" | "budget" | "expires_at" | "local_only"> | null;
}

/** In which way a person proves who they are. */
export type ProofWay = "passkey" | "password" | "code";

/** How a person can prove it; `may_begin` where they have no way yet, and may add the first one without a proof. */
export interface ProofState {
  ways: ProofWay[];
  may_begin: boolean;
}

/** One proof. */
export type Proof = { password: string } | { code: string } | { credential: object };

/** The doors that decide who may sign in. They open to a signed-in browser only. */
export interface SecurityDoors {
  /** Mail a link that signs in; opened in this browser, it confirms the address. */
  mailLink(email: string): Promise<void>;
  passkeys(): Promise<Passkey[]>;
  beginPasskey(): Promise<PasskeyOptions>;
  addPasskey(credential: object, name: string): Promise<Passkey>;
  renamePasskey(id: string, name: string): Promise<Passkey>;
  removePasskey(id: string): Promise<void>;
  codes(): Promise<CodesState>;
  beginCodes(): Promise<CodesDraft>;
  confirmCodes(code: string): Promise<{ codes: string[] }>;
  newRecoveryCodes(): Promise<{ codes: string[] }>;
  switchCodesOff(): Promise<void>;
  /** Set the password and sign other browsers out; `disconnect` what else is connected too. */
  changePassword(password: string, disconnect: boolean): Promise<void>;
  signIns(): Promise<SignIn[]>;
  endSignIn(id: string): Promise<void>;
  devices(): Promise<Device[]>;
  /** End everything that a device holds. */
  disconnect(id: string): Promise<void>;
  /** Everything that is kept of the account, as a file. */
  exportAccount(): Promise<Blob>;
  /** Delete the account, whose email was typed again. */
  deleteAccount(email: string): Promise<void>;
  proofState(): Promise<ProofState>;
  beginProof(): Promise<PasskeyOptions>;
  prove(proof: Proof): Promise<void>;
}
