import type { ConsentQuestion } from "../wire/consent-question";
import { Icon } from "./icon";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { originParts } from "./origin-parts";
import { Sentence } from "./sentence";
import { SiteMonogram } from "./site-monogram";
import { t } from "./t";

/** Who asks: the origin as the browser knows it, the site's reason in its own words, and what a look-alike reads as. */
export function ConsentWho({ question }: { question: ConsentQuestion }) {
  const { origin, embedder, reason, requests } = question;
  const { decoded, mixed } = originParts(origin);
  return (
    <>
      {embedder === null ? (
        <div class="who">
          <SiteMonogram origin={origin} size="lg" />
          <div>
            <h1>
              <Wants origin={origin} requests={requests} />
            </h1>
          </div>
        </div>
      ) : (
        <>
          <div class="who">
            <div>
              <h1>{t("consent_frameWants")}</h1>
            </div>
          </div>
          <div class="nest">
            <div class="outer">
              <Icon name="globe" small />
              <span>{t("consent_page")}</span>
              <OriginName origin={embedder} scheme />
            </div>
            <div class="inner">
              <p class="row g15 t12 c-acc b">
                <Icon name="frame" small />
                {t("consent_frame")}
              </p>
              <p class="asker">
                <OriginName origin={origin} scheme />
              </p>
            </div>
          </div>
        </>
      )}
      {decoded !== null && (
        <Note kind={mixed ? "warn" : "info"}>
          <p>
            {mixed && <b class="b">{t("consent_looksLike")} </b>}
            {t("consent_readsAs")}{" "}
            <bdi class="mono" dir="ltr">
              {decoded}
            </bdi>
          </p>
        </Note>
      )}
      {reason !== null && (
        <p class="says">
          <span>{embedder === null ? t("consent_siteSays") : t("consent_frameSays")}</span>{" "}
          <bdi dir="auto">“{reason}”</bdi>
        </p>
      )}
    </>
  );
}

function Wants({ origin, requests }: { origin: string; requests: number }) {
  const site = <OriginName origin={origin} scheme />;
  if (requests === 1) return <Sentence of="consent_wants" parts={{ site }} />;
  return <Sentence of="consent_wantsMany" count={requests} parts={{ site }} />;
}
