/** What the requests that wait for one answer would send. */
export interface RequestViews {
  requests: readonly RequestView[];
  /** Requests that are not shown. */
  leftOut: number;
}

/** What one of them would send, for a person to read: its words as they are, as far as they are shown. */
export interface RequestView {
  first: readonly RequestTurn[];
  /** Messages between the first and the last ones that are not shown. */
  leftOut: number;
  last: readonly RequestTurn[];
  /** Everything else that is sent, by its own name. */
  settings: readonly { name: string; words: RequestWords }[];
}

export interface RequestTurn {
  /** As the site spells it; null where the request has no messages. */
  role: string | null;
  parts: readonly (RequestWords | RequestFile)[];
  /** Parts that are not shown. */
  leftOut: number;
}

export interface RequestWords {
  kind: "text";
  text: string;
  /** Characters that are not shown. */
  leftOut: number;
}

export interface RequestFile {
  kind: "image" | "audio" | "file";
  /** A file's name, a sound's format, or a picture's address elsewhere, which is never loaded. */
  name: string | null;
  bytes: number | null;
  /** The picture itself, where it came with the request and is small. */
  picture: string | null;
}
