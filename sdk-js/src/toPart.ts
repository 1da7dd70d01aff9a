import type { Part } from "./Part.js";

/** Parse one event of `ai_generate`; `undefined` for kinds that this version of the SDK does not know. */
export function toPart(event: unknown): Part | undefined {
  if (typeof event !== "object" || event === null) return undefined;
  const { type, delta, index, id, name, url } = event as Record<string, unknown>;
  if (type === "image" && typeof url === "string") return { type, url };
  if (typeof delta !== "string") return undefined;
  switch (type) {
    case "text-delta":
      return { type: "text", text: delta };
    case "reasoning-delta":
      return { type: "reasoning", text: delta };
    case "tool-input-delta":
      return {
        type: "tool-input",
        index: typeof index === "number" ? index : 0,
        ...(typeof id === "string" && { id }),
        ...(typeof name === "string" && { name }),
        text: delta,
      };
    default:
      return undefined;
  }
}
