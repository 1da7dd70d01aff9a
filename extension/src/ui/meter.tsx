interface Props {
  spent: number;
  held?: number;
  cap: number;
  label: string;
}

/** A budget's bar: green spent, brass on hold, amber from 80 %, red when full. Drawn with attributes, no inline style. */
export function Meter({ spent, held = 0, cap, label }: Props) {
  const share = (part: number) => (cap <= 0 ? 100 : Math.max(0, Math.min(100, (part / cap) * 100)));
  const used = share(spent);
  const look = used >= 100 ? "over" : used >= 80 ? "warn" : "";
  return (
    <svg class={`meter ${look}`} viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="spent" width={used} height="6" />
      <rect class="held" x={used} width={Math.min(share(held), 100 - used)} height="6" />
    </svg>
  );
}
