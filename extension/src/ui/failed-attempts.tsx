import type { FailedAttempt } from "../wire/generation";
import { codeWords } from "./code-words";
import { formatDuration } from "./format-duration";

/** Which endpoints did not answer, in the order in which they were tried: why, and after how long. */
export function FailedAttempts({ of: attempts }: { of: readonly FailedAttempt[] }) {
  return (
    <ol class="stack s2">
      {attempts.map(({ provider, endpoint, code, duration_ms: took }, at) => (
        <li key={at}>
          {provider} <bdi class="mono anywhere">{endpoint}</bdi>
          <div class="m2">
            {codeWords(code, "")} <span class="mono">{code}</span> · {formatDuration(took)}
          </div>
        </li>
      ))}
    </ol>
  );
}
