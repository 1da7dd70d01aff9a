import type { Generation } from "@wire/generation";
import type { IconName } from "../pieces/IconName";

/** How a generation's end looks in a list. Without an icon it is still running. */
export interface StatusLook {
  word: string;
  icon: IconName | null;
  tone: "m2" | "c-acc" | "c-warn" | "c-danger";
  /** The stable code, where it failed. */
  detail: string | null;
}

/** Put a generation's status into a word. */
export function statusOf({
  status,
  error_code,
  reason,
}: Pick<Generation, "status" | "error_code" | "reason">): StatusLook {
  switch (status) {
    case "live":
      return { word: "Live", icon: null, tone: "c-acc", detail: null };
    case "cancelled":
      return { word: "Stopped", icon: "stop", tone: "m2", detail: null };
    case "failed":
      return error_code === "budget_exceeded"
        ? { word: "Over budget", icon: "money", tone: "c-warn", detail: error_code }
        : { word: "Failed", icon: "failed", tone: "c-danger", detail: error_code };
    case "finished":
      return reason === "length"
        ? { word: "Cut short", icon: "warning", tone: "m2", detail: "the limit of tokens was reached" }
        : { word: "Finished", icon: "check", tone: "m2", detail: null };
  }
}
