import type { DirectParts } from "../direct/direct-runs";
import type { Backend } from "./backend";
import { browserSurface } from "./browser-surface";
import { Callers } from "./callers";
import type { Consent } from "./consent";
import type { KeyValue } from "./key-value";
import { ModelChoices } from "./model-choices";
import { Permissions } from "./permissions";
import type { SiteGrants } from "./site-grants";
import { SitePace } from "./site-pace";
import type { Subscribers } from "./subscribers";
import type { TopOrigins } from "./top-origins";

interface Dependencies {
  backend: Backend;
  consent: Consent;
  direct: { parts: Pick<DirectParts, "once" | "routes"> };
  grants: SiteGrants;
  memory: KeyValue;
  subscribers: Subscribers;
  tops: TopOrigins;
  changed(): void;
}

/** What one site may ask of any kind: far more than a page needs, far less than would keep the backend from others. */
const BURST = 200;
const EVERY_MS = 20;

/** Everything about a site but what it generates: who it is, how often it may ask, what it may and what it hears. */
export function siteAccess({ backend, consent, direct, grants, memory, subscribers, tops, changed }: Dependencies) {
  const told = (origin: string) => {
    void subscribers.permissionsChanged(origin);
    changed();
  };
  const permissions = new Permissions({ backend, consent, direct: direct.parts, grants, changed: told });
  const choices = new ModelChoices({ permissions, surface: browserSurface("choose"), session: memory });
  return { callers: new Callers(tops), choices, grants, pace: new SitePace(BURST, EVERY_MS), permissions, subscribers };
}
