import type { JSX } from "preact";
import { formatMoney } from "../format/formatCost";

const NEARLY = 80;

/** A budget: spent in green, on hold in brass. The whole sentence is its name. */
export function Meter(props: { spentNusd: number; heldNusd: number; capNusd: number }): JSX.Element {
  const { spentNusd, heldNusd, capNusd } = props;
  const spent = share(spentNusd, capNusd);
  const held = Math.min(share(heldNusd, capNusd), 100 - spent);
  const level = spent >= 100 ? " over" : spent >= NEARLY ? " warn" : "";
  const sentence = `${formatMoney(spentNusd)} of ${formatMoney(capNusd)}, ${formatMoney(heldNusd)} on hold`;
  return (
    <svg class={`meter${level}`} viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={sentence}>
      <rect class="spent" width={spent} height="6" />
      <rect class="held" x={spent} width={held} height="6" />
    </svg>
  );
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 100 : Math.max(0, Math.min(100, (part / whole) * 100));
}
