/** Who asks, in the browser's words: nothing here was said by a page. */
export interface Caller {
  origin: string;
  /** The top page's origin when it is another one. */
  embedder: string | null;
  tabId: number;
  frameId: number;
}
