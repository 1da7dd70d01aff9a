/** Who may make an account here: nobody, whoever is invited, or anybody. */
export type SignUp = "owner-only" | "invite" | "open";

/** A link that makes one account. `email` is whose account it made, while that exists. */
export interface Invitation {
  id: string;
  name: string;
  state: "waiting" | "used" | "expired";
  created_at: string;
  expires_at: string;
  used_at: string | null;
  email: string | null;
}

/** The doors of invitations; they open to the owner only. */
export interface InvitationDoors {
  list(): Promise<{ data: Invitation[]; sign_up: SignUp }>;
  /** Make one for somebody; its link is never given again. */
  make(name: string): Promise<{ data: Invitation; link: string }>;
  /** Revoke one; an account that it made stays. */
  revoke(invitation: Invitation): Promise<void>;
}
