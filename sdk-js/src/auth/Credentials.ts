/** Where a transport gets its token from. */
export interface Credentials {
  /** Whether there is a token without asking anybody. */
  readonly isSignedIn: boolean;
  /**
   * Return a token; may open a window and wait for the person.
   *
   * @throws SignInRequired when there is none.
   */
  token(signal?: AbortSignal): Promise<string>;
  /**
   * Return another token than `refused`, which the server does not take any more.
   *
   * @throws SignInRequired when there is no other.
   */
  renew(refused: string, signal?: AbortSignal): Promise<string>;
  /** Hear whether there is a token, whenever that changes. */
  onChange?(listener: () => void): () => void;
  /** Ask the person, whoever is signed in; missing where there is nobody to ask. */
  signIn?(signal?: AbortSignal): Promise<void>;
  /** Forget the token; missing where it is not ours to forget. */
  signOut?(): Promise<void>;
}
