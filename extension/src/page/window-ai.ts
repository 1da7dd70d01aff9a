import { LegacyApi } from "./legacy-api";
import { LegacyEvents } from "./legacy-events";
import { modernApi } from "./modern-api";
import { NamedListeners } from "./named-listeners";
import type { Provider } from "./provider";

const METADATA = { domain: "https://windowai.io", version: "0.1.0" };

type AnyHandler = (...args: unknown[]) => void;

/** Builds the object for `window.ai`: the original's seven keys in their order, then ours. All work unbound. */
export function windowAi(provider: Provider): Record<string, unknown> {
  const events = new LegacyEvents();
  const legacy = new LegacyApi(provider, events);
  const named = new NamedListeners(provider);
  provider.on("modelChanged", (data) => events.emit("model_changed", data), false);

  const addEventListener = (first: unknown, second?: unknown): string | undefined => {
    if (typeof first === "function") {
      provider.subscribe();
      return events.add(first as AnyHandler);
    }
    if (typeof first !== "string" || typeof second !== "function") throw new Error("Invalid listener");
    named.add(first, second as AnyHandler);
    return undefined;
  };
  const removeEventListener = (first: unknown, second?: unknown): void => {
    if (typeof first === "string" && typeof second === "function") named.remove(first, second as AnyHandler);
    else events.remove(first);
  };

  return {
    __window_ai_metadata__: METADATA,
    generateText: legacy.generateText,
    BETA_generate3DObject: legacy.BETA_generate3DObject,
    getCompletion: legacy.getCompletion,
    getCurrentModel: legacy.getCurrentModel,
    addEventListener,
    BETA_updateModelProvider: legacy.BETA_updateModelProvider,
    request: provider.request,
    on: (name: string, handler: AnyHandler) => provider.on(name, handler),
    off: provider.off,
    removeEventListener,
    ...modernApi(provider),
  };
}
