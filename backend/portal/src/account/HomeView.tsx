import type { JSX } from "preact";
import { formatDay } from "../format/formatMoment";
import { ActivityTable } from "./ActivityTable";
import { Empty } from "./Empty";
import { Figures } from "./Figures";
import { Loading } from "./Loading";
import { ModelChoice } from "./ModelChoice";
import { PageHead } from "./PageHead";
import { ResourceNote } from "./ResourceNote";
import { SitesTable } from "./SitesTable";
import type { ViewProps } from "./ViewProps";

const SHOWN = 5;

/** Is anything wrong, running, or costly? */
export function HomeView(props: ViewProps): JSX.Element {
  const { account } = props;
  return (
    <div class="page">
      <PageHead title="Home">
        <span class="t13 m3 cut">{account.data && <bdi>{account.data.email}</bdi>}</span>
        <span class="end t13 m3 hide-n">{formatDay(new Date(), true)}</span>
      </PageHead>
      {account.error && <ResourceNote error={account.error} retry={account.reload} />}
      {(account.data || !account.error) && <Overview {...props} />}
    </div>
  );
}

function Overview(props: ViewProps): JSX.Element {
  const { generations } = props;
  return (
    <>
      <Figures {...props} />
      <div class="cols">
        <section class="sect" aria-labelledby="recent">
          <div class="shead">
            <h2 class="h2" id="recent">
              Last activity
            </h2>
            <a class="end t13" href="#/activity">
              All activity
            </a>
          </div>
          {generations.error && <ResourceNote error={generations.error} retry={generations.reload} />}
          {generations.data ? <Recent {...props} /> : !generations.error && <Loading rows={SHOWN} what="activity" />}
        </section>
        <div class="stack s6">
          <ModelChoice {...props} />
          <Sites {...props} />
        </div>
      </div>
    </>
  );
}

function Recent(props: ViewProps): JSX.Element {
  const shown = props.generations.data?.data.slice(0, SHOWN) ?? [];
  if (shown.length > 0) return <ActivityTable {...props} generations={shown} reload={props.generations.reload} brief />;
  return (
    <Empty title="Nothing was asked yet" text="Every answer a site gets appears here, with its model, tokens and cost.">
      <a class="btn" href="/demo">
        Try the demo page
      </a>
    </Empty>
  );
}

function Sites(props: ViewProps): JSX.Element {
  const { grants } = props;
  return (
    <section class="sect" aria-labelledby="sites">
      <div class="shead">
        <h2 class="h2" id="sites">
          Sites
        </h2>
        <a class="end t13" href="#/sites">
          All sites
        </a>
      </div>
      {grants.error && <ResourceNote error={grants.error} retry={grants.reload} />}
      {grants.data ? (
        grants.data.length > 0 ? (
          <SitesTable {...props} shown={grants.data.slice(0, SHOWN)} brief />
        ) : (
          <p class="t13 m2">No site may use your models yet. Each one has to ask.</p>
        )
      ) : (
        !grants.error && <Loading rows={2} what="sites" />
      )}
    </section>
  );
}
