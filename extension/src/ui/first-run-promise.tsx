import { Icon } from "./icon";
import { Logo } from "./logo";
import { Sentence } from "./sentence";
import { t } from "./t";

/** What this is, in one screen's left half. */
export function FirstRunPromise() {
  return (
    <div class="stack s4">
      <h1>{t("first_promise")}</h1>
      <p class="m2 lead">{t("first_lead")}</p>
      <ul class="can t13">
        <li>
          <Icon name="check" />
          <span>
            <Sentence of="first_adds" parts={{ name: <span class="mono">window.ai</span> }} />
          </span>
        </li>
        <li>
          <Icon name="hide" />
          <span>{t("first_reads")}</span>
        </li>
        <li>
          <Icon name="key" />
          <span>{t("first_keys")}</span>
        </li>
      </ul>
      <div class="card flow hide-n" role="img" aria-label={t("first_flow")}>
        <div class="node">
          <span class="tile">
            <Icon name="globe" />
          </span>
          {t("first_anyPage")}
        </div>
        <div class="wire">{t("first_asks")}</div>
        <div class="node">
          <span class="tile us">
            <Logo size={30} />
          </span>
          {t("first_yourSatchel")}
        </div>
        <div class="wire">{t("first_yourKey")}</div>
        <div class="node">
          <span class="tile">
            <Icon name="models" />
          </span>
          {t("first_yourModel")}
        </div>
      </div>
    </div>
  );
}
