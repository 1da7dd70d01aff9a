import { Logo } from "./logo";
import { t } from "./t";

/** The mark with our name beside it. */
export function Wordmark({ size = 22 }: { size?: number }) {
  return (
    <span class="wordmark">
      <Logo size={size} />
      {t("extName")}
    </span>
  );
}
