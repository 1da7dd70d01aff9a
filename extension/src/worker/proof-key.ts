/** What a proof is for. */
export interface Proven {
  method: string;
  /** The request's address as the server knows it, without a query. */
  address: string;
  /** The access token that goes along, if one does. */
  token?: string;
  /** What the server wants to see again. */
  nonce?: string | null;
  /** When it is, by the server's clock. */
  atMs: number;
}

/** The key that our tokens are bound to (DPoP, RFC 9449): whoever has a token without it has nothing. */
export interface ProofKey {
  /** The SHA-256 thumbprint of its public half (RFC 7638). */
  thumbprint(): Promise<string>;
  /** A new proof that the key is here; good for one request. */
  proof(of: Proven): Promise<string>;
}
