// Made from backend/satchel/doors/socket/frames.py by `python -m satchel.doors.socket.typescript`. Do not edit.

export const PROTOCOL = 1;
export const SUBPROTOCOL = "satchel.v1";

/** What program is at the other end; for logs only. */
export interface ClientInfo {
  name: string;
  version: string;
}

/** Sign in. The first frame, within 5 s. `proof` is the DPoP proof of a bound token, for the GET that opened the socket. */
export interface Hello {
  type: "hello";
  token: string;
  proof?: string;
  client?: ClientInfo;
}

/** Start a generation, or attach to that of the same `id`. `request` is OpenAI's body for its `kind`, chat by default. */
export interface Generate {
  type: "generate";
  id: string;
  origin?: string | null;
  embedder?: string | null;
  kind?: "chat" | "embeddings" | "images" | "speech" | "transcriptions";
  request: Record<string, unknown>;
}

/** Stop a generation, by its id or the client's own; it still ends in `finished`. */
export interface Cancel {
  type: "cancel";
  generation?: string;
  id?: string;
}

/** Take up a generation after the sequence number last seen. */
export interface Attach {
  type: "attach";
  generation?: string;
  id?: string;
  after: number;
}

/** Ask for a `pong`, so that both ends stay awake. */
export interface Ping {
  type: "ping";
  nonce?: string;
}

/** Whose connection it is; `email` is None unless the token looks after the account. */
export interface WelcomeAccount {
  id: string;
  email: string | null;
}

/** What the server accepts on this connection. */
export interface Limits {
  message_bytes: number;
  generations: number;
  resume_s: number;
}

/** The answer to `hello`. */
export interface Welcome {
  type: "welcome";
  protocol: number;
  server: string;
  account: WelcomeAccount;
  preferred_model: string | null;
  limits: Limits;
}

/** A generation was accepted; `model` is what was asked for. */
export interface Started {
  type: "started";
  id: string | null;
  generation: string;
  model: string;
}

/** A piece of tool call `index`: `id` and `name` on its first piece only, `arguments` as JSON text in pieces. */
export interface ToolCallPiece {
  index: number;
  id?: string;
  name?: string;
  arguments: string;
}

/** The whole vector of input number `index`. */
export interface EmbeddingPiece {
  index: number;
  values: number[];
}

/** A whole picture of choice `index`, by `data:` or `https:` URL. */
export interface ImagePiece {
  index: number;
  url: string;
}

/** More of a sound, in base64; the bytes of all pieces together are a file of this type. */
export interface AudioPiece {
  data: string;
  media_type: string;
}

/** All that was said in a sound; `detail` is what the provider tells beside it: language, duration, times. */
export interface TranscriptPiece {
  text: string;
  detail: Record<string, unknown>;
}

/** More of the answer: exactly one of `text`, `reasoning`, `tool_call`, `image`, `embedding`, `audio` and `transcript`. */
export interface Delta {
  type: "delta";
  generation: string;
  seq: number;
  text?: string;
  reasoning?: string;
  tool_call?: ToolCallPiece;
  image?: ImagePiece;
  embedding?: EmbeddingPiece;
  audio?: AudioPiece;
  transcript?: TranscriptPiece;
}

/** Token counts; `estimated` where the provider reported none. */
export interface FrameUsage {
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  estimated: boolean;
}

/** Nano-US-dollars; `known` false where there is no price, which is not free. */
export interface FrameCost {
  nusd: number;
  known: boolean;
}

/** The good end of a generation, cancelled ones included; its `seq` is one more than the last delta's. */
export interface Finished {
  type: "finished";
  generation: string;
  seq: number;
  reason: "stop" | "length" | "tool_calls" | "content_filter" | "error" | "cancelled";
  native_reason: string | null;
  model: string;
  provider: string;
  usage: FrameUsage;
  cost: FrameCost;
}

/** What went wrong; decide by `code`, show `message`. */
export interface FrameError {
  code: string;
  message: string;
  retryable: boolean;
  retry_after_s: number | null;
  details: Record<string, unknown>;
}

/** The bad end of one generation, or the refusal of one frame (then with the ids that the frame named). */
export interface Failed {
  type: "failed";
  id?: string | null;
  generation?: string;
  seq?: number;
  error: FrameError;
  usage: FrameUsage | null;
  cost: FrameCost | null;
}

/** A push to all connections of the account. */
export interface Event {
  type: "event";
  event: "model_changed" | "grants_changed" | "models_changed" | "vault_changed";
  data: Record<string, unknown>;
}

/** The server is going down; running generations may finish. */
export interface Draining {
  type: "draining";
  retry_after_s: number;
}

/** The answer to `ping`. */
export interface Pong {
  type: "pong";
  nonce: string | null;
}

/** What a client sends. */
export type ClientFrame = Hello | Generate | Cancel | Attach | Ping;

/** What the server sends. */
export type ServerFrame = Welcome | Started | Delta | Finished | Failed | Event | Draining | Pong;

/** Every stable error code of the backend. */
export type ErrorCode =
  | "all_routes_failed"
  | "budget_exceeded"
  | "cancelled"
  | "capability_not_granted"
  | "consent_denied"
  | "consent_required"
  | "content_filtered"
  | "context_too_long"
  | "draining"
  | "generation_not_found"
  | "internal_error"
  | "key_exhausted"
  | "key_forbidden"
  | "key_gone"
  | "key_missing"
  | "key_problem"
  | "key_rejected"
  | "malformed_request"
  | "model_not_granted"
  | "not_found"
  | "not_ready"
  | "origin_blocked"
  | "plugin_refused"
  | "proof_invalid"
  | "proof_needed"
  | "provider_garbled"
  | "provider_refused"
  | "provider_throttled"
  | "provider_timeout"
  | "provider_unavailable"
  | "rate_limited"
  | "refused"
  | "request_invalid"
  | "request_too_large"
  | "scope_missing"
  | "stream_broken"
  | "stream_gap"
  | "throttled"
  | "token_expired"
  | "token_invalid"
  | "token_missing"
  | "token_revoked"
  | "too_many_generations"
  | "unauthenticated"
  | "unknown_model"
  | "unsupported_feature"
  | "upstream_error"
  | "vault_locked";
