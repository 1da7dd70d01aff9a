import type { DirectRoute } from "./direct-route";

/** The port: somewhere near that has models of its own, past the backend. */
export interface DirectSource {
  /** What the ids of its models begin with, before the colon. */
  prefixes: readonly string[];
  /** Whether its models are asked at all: by the person's choice, and by what the browser allows us. */
  isOn(): Promise<boolean>;
  /** The ways that are open now. Never rejects: what is not there has none. */
  routes(): Promise<readonly DirectRoute[]>;
  /** The way to a model that nobody lists, by the name that it may have there. Never rejects; null where there is nobody to ask. */
  unlisted?(name: string): Promise<DirectRoute | null>;
}
