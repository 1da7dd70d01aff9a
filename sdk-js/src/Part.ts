/** A part of an answer, in the order in which the model produces them. */
export type Part =
  /** The next piece of text: a delta, never the text so far. */
  | { type: "text"; text: string }
  /** The next piece of what the model thinks aloud. */
  | { type: "reasoning"; text: string }
  /** The next piece of a tool call's arguments; `id` and `name` come with the first piece. */
  | { type: "tool-input"; index: number; id?: string; name?: string; text: string }
  /** A whole picture, of models that draw while they chat: a data URL, or a link. */
  | { type: "image"; url: string }
  /** A whole tool call; `arguments` is JSON text as the model wrote it. */
  | { type: "tool-call"; id: string; name: string; arguments: string }
  /** What the page's own function made of a call, as text for the model; `failed` when it threw or the arguments were no JSON. */
  | { type: "tool-result"; id: string; name: string; text: string; failed: boolean };
