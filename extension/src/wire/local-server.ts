/** A model server that the extension found on this computer. */
export interface LocalServer {
  provider: string;
  name: string;
  address: string;
  models: number;
  /** It answers, but not to a browser extension. */
  refuses: boolean;
}
