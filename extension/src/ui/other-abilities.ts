import type { Model } from "../wire/model";
import { t } from "./t";

const OTHERS = ["embeddings", "image_output", "speech", "transcription"] as const;

/** What a model does that does not chat, in words; empty for one that chats. */
export function otherAbilities({ satchel: { capabilities } }: Model): string {
  if (capabilities.includes("chat")) return "";
  return OTHERS.filter((name) => capabilities.includes(name))
    .map((name) => t(`model_${name}`))
    .join(", ");
}
