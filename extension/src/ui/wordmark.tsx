import { Logo } from "./logo";

/** The mark with our name beside it. */
export function Wordmark({ size = 22 }: { size?: number }) {
  return (
    <span class="wordmark">
      <Logo size={size} />
      Satchel
    </span>
  );
}
