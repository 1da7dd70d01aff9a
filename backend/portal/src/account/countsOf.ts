import { formatTokens } from "@ui/format-tokens";
import type { Generation } from "@wire/generation";

/** What a generation used: tokens in and out; where it counted something else, that: pictures, seconds heard, characters said. */
export function countsOf({ usage }: Generation): string {
  if (usage.images) return usage.images === 1 ? "1 image" : `${usage.images} images`;
  if (usage.seconds) return `${usage.seconds} s of sound`;
  if (usage.characters) return `${formatTokens(usage.characters)} characters`;
  return `${formatTokens(usage.input_tokens)}, ${formatTokens(usage.output_tokens)}`;
}
