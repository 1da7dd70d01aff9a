/** One increment of an answer, with the names the page sees. */
export type StreamEvent =
  | { type: "text-delta"; delta: string }
  | { type: "reasoning-delta"; delta: string }
  | { type: "tool-input-delta"; index: number; id?: string; name?: string; delta: string }
  | { type: "image"; index: number; url: string }
  | { type: "embedding"; index: number; values: readonly number[] }
  | { type: "audio"; data: string; mediaType: string }
  | { type: "transcript"; text: string; detail: Readonly<Record<string, unknown>> };
