import type { ConsentQuestion } from "../wire/consent-question";
import { consentStrings as words } from "./consent-strings";
import { Icon } from "./icon";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { originParts } from "./origin-parts";
import { SiteMonogram } from "./site-monogram";

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
              <OriginName origin={origin} scheme /> {requests > 1 ? words.wantsMany(requests) : words.wants}
            </h1>
          </div>
        </div>
      ) : (
        <>
          <div class="who">
            <div>
              <h1>{words.frameWants}</h1>
            </div>
          </div>
          <div class="nest">
            <div class="outer">
              <Icon name="globe" small />
              <span>{words.page}</span>
              <OriginName origin={embedder} scheme />
            </div>
            <div class="inner">
              <p class="row g15 t12 c-acc b">
                <Icon name="frame" small />
                {words.frame}
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
            {mixed && <b class="b">{words.looksLike} </b>}
            {words.readsAs}{" "}
            <bdi class="mono" dir="ltr">
              {decoded}
            </bdi>
          </p>
        </Note>
      )}
      {reason !== null && (
        <p class="says">
          <span>{embedder === null ? words.siteSays : words.frameSays}</span> <bdi dir="auto">“{reason}”</bdi>
        </p>
      )}
    </>
  );
}
