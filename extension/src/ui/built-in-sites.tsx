import type { SiteBuiltIn } from "../wire/site-built-in";
import { OriginName } from "./origin-name";
import { t } from "./t";

interface Props {
  sites: SiteBuiltIn;
  onForget(origin: string): void;
}

/** The sites for which the person chose something else than what holds in general; also those that have no consent any more. */
export function BuiltInSites({ sites, onForget }: Props) {
  const chosen = Object.entries(sites).sort(([a], [b]) => a.localeCompare(b));
  if (chosen.length === 0) return null;
  return (
    <div class="setting">
      <div class="words">
        <p class="t13 b" id="built-in-sites">
          {t("settings_builtInSites")}
        </p>
        <ul class="stack" aria-labelledby="built-in-sites">
          {chosen.map(([origin, choice]) => (
            <li key={origin} class="row t12">
              <span class="grow anywhere">
                <OriginName origin={origin} scheme /> · {t(`sites_builtIn_${choice}`)}
              </span>
              <button
                type="button"
                class="btn quiet"
                aria-label={t("settings_builtInForget", { site: origin })}
                onClick={() => onForget(origin)}
              >
                {t("settings_builtInGeneral")}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
