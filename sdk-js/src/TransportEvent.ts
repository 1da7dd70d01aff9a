/** An event of `ai_generate`, as transports hand it over. */
export type TransportEvent =
  | { type: "text-delta"; delta: string }
  | { type: "reasoning-delta"; delta: string }
  | { type: "image"; index: number; url: string }
  | { type: "tool-input-delta"; index: number; id?: string; name?: string; delta: string };
