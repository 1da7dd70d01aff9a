import type { Answer } from "../Answer.js";
import type { Part } from "../Part.js";

/** Writes one answer as the server-sent events of a door of OpenAI's. */
export interface AnswerEvents {
  /** Return the events of one part; empty for what is said elsewhere. */
  add(part: Part): string;
  /** Return the events that end the stream. */
  end(answer: Answer): string;
}
