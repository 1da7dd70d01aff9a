/** An endpoint that was tried, and why it did not answer. `code` is the backend's own. */
export interface FailedAttempt {
  provider: string;
  endpoint: string;
  code: string;
  duration_ms: number;
}

/** What was said in a generation of the original Window AI, which kept it; null where there was no answer. */
export interface Said {
  asked: string;
  answered: string | null;
}

/** One line of the record, as `GET /v1/generations` returns it. Prompts and answers are not in it. */
export interface Generation {
  id: string;
  /** What was asked for; without it, a chat. */
  kind?: "chat" | "embedding" | "image" | "speech" | "transcription";
  origin: string | null;
  app: string | null;
  model: string | null;
  requested_model: string;
  provider: string | null;
  status: "finished" | "cancelled" | "failed" | "live";
  reason: string | null;
  error_code: string | null;
  /** What the endpoint does not take and was left out of the request. */
  dropped?: readonly string[];
  /** How many endpoints were tried; an older backend does not say. */
  attempts?: number;
  /** Those of them that did not answer, in order; an older backend does not say. */
  failed_attempts?: readonly FailedAttempt[];
  usage: {
    input_tokens: number;
    output_tokens: number;
    reasoning_tokens: number;
    cached_tokens: number;
    images?: number;
    /** Of sound that was heard. */
    seconds?: number;
    /** That were said. */
    characters?: number;
    estimated: boolean;
  };
  cost: { nusd: number; known: boolean };
  started_at: string;
  first_event_ms: number | null;
  duration_ms: number | null;
  /** Asked past the backend: kept in this browser only. */
  direct?: true;
  /** Brought over from the original Window AI, and kept in this browser only. */
  said?: Said;
}
