import { t } from "./t";

/** Grey rows of the final height while something loads; drawn only when it takes longer than 150 ms. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t("screen_loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} class="bone" />
      ))}
    </div>
  );
}
