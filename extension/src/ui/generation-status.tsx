import type { Generation } from "../wire/generation";
import { Icon } from "./icon";
import { t } from "./t";

const LOOKS = {
  finished: ["check", "m2"],
  cancelled: ["stop", "m2"],
  failed: ["failed", "c-danger"],
} as const;

/** How a generation ended, in a word. */
function word({ status, error_code: code, reason }: Generation): string {
  if (code === "budget_exceeded") return t("sites_state_over");
  if (status === "finished" && reason === "length") return t("activity_cutShort");
  return t(`activity_status_${status}`);
}

function Mark({ of: generation }: { of: Generation }) {
  if (generation.status === "live") {
    return (
      <span class="st c-acc">
        <span class="dot live" aria-hidden="true" />
        {word(generation)}
      </span>
    );
  }
  const [icon, tone] = LOOKS[generation.status];
  return (
    <span class={`st ${tone}`}>
      <Icon name={icon} />
      {word(generation)}
    </span>
  );
}

export const GenerationStatus = { word, Mark };
