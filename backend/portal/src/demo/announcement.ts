import { countOf } from "../format/countOf";
import type { Run } from "./demoState";

/** What a screen reader is told: that an answer started and that it ended, never a token. Failures speak for themselves. */
export function announcement(run: Run): string {
  switch (run.is) {
    case "idle":
      return "";
    case "waiting":
      return "Asked.";
    case "writing":
      return "The model is writing.";
    case "ended":
      if (run.ending.is === "finished") {
        return `Answer finished: ${countOf(run.ending.answer.usage.outputTokens, "token", "tokens")}.`;
      }
      return run.ending.is === "stopped" ? "Stopped." : "";
  }
}
