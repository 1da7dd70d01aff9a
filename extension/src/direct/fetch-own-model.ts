import type { OwnLanguageModel } from "./own-language-model";

/** How far the browser's own model is; `unavailable` also where the browser has no such thing. */
export async function ownModelState(model: OwnLanguageModel | null) {
  return model === null ? "unavailable" : model.availability().catch(() => "unavailable" as const);
}

/** Has the browser fetch its model, which it only does on a click. `heard` is told from 0 to 1. */
export async function fetchOwnModel(model: OwnLanguageModel | null, heard: (loaded: number) => void): Promise<void> {
  const session = await model?.create({
    monitor: (monitor) =>
      monitor.addEventListener("downloadprogress", (event) => heard((event as ProgressEvent).loaded)),
  });
  session?.destroy();
}
