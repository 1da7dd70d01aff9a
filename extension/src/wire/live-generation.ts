/** A generation that runs now. `pieces` counts increments, an estimate of the tokens until the end says better. */
export interface LiveGeneration {
  key: string;
  origin: string;
  embedder: string | null;
  model: string;
  pieces: number;
  startedAt: number;
  state: "asking" | "waiting" | "writing" | "reconnecting" | "stopping";
}
