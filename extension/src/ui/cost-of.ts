import type { Generation } from "../wire/generation";
import { formatBill } from "./format-bill";

/** What a generation cost: nothing yet while it runs, nobody knows what with the original, and `$0.00`, not `free`, for one that failed unbilled. */
export function costOf({ cost, status, usage, said }: Pick<Generation, "cost" | "status" | "usage" | "said">): string {
  if (status === "live" || said !== undefined) return "–";
  const { input_tokens: input, output_tokens: output, images = 0, seconds = 0, characters = 0 } = usage;
  return formatBill(cost, status === "failed" ? 0 : input + output + images + seconds + characters);
}
