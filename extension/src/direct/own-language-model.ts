/** As much of the browser's `LanguageModel` as we use. Source: the Prompt API's specification, browser.md §2.2, 2026-11. */
export interface OwnLanguageModel {
  availability(): Promise<"unavailable" | "downloadable" | "downloading" | "available">;
  create(options: {
    initialPrompts?: readonly { role: string; content: string }[];
    signal?: AbortSignal;
    monitor?(monitor: EventTarget): void;
  }): Promise<OwnSession>;
}

interface OwnSession {
  promptStreaming(
    input: string,
    options: { signal: AbortSignal; responseConstraint?: Record<string, unknown> },
  ): ReadableStream<string>;
  destroy(): void;
}

/** The browser's own, in a page of ours; null where it has none. */
export function ownLanguageModel(): OwnLanguageModel | null {
  return (globalThis as { LanguageModel?: OwnLanguageModel }).LanguageModel ?? null;
}
