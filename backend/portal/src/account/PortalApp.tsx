import { ActivityFilter } from "@wire/activity-filter";
import type { ComponentType, JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { AuditView } from "../security/AuditView";
import { InvitationsView } from "../security/InvitationsView";
import { ProofDialog } from "../security/ProofDialog";
import { SecurityView } from "../security/SecurityView";
import { TokensView } from "../security/TokensView";
import { ActivityView } from "./ActivityView";
import { HomeView } from "./HomeView";
import { KeysView } from "./KeysView";
import { PortalApi } from "./PortalApi";
import { ROUTES, type Route, routeOf } from "./routes";
import { Shell } from "./Shell";
import { SitesView } from "./SitesView";
import { ToastBar } from "./ToastBar";
import { useResource } from "./useResource";
import { VaultBanner } from "./VaultBanner";
import type { Toast, ViewProps } from "./ViewProps";

const RECENT = 20;
const VIEWS: Record<Route, ComponentType<ViewProps>> = {
  home: HomeView,
  activity: ActivityView,
  sites: SitesView,
  keys: KeysView,
  security: SecurityView,
  tokens: TokensView,
  invitations: InvitationsView,
  audit: AuditView,
};

/** The portal: one page of it at a time, and what they share. */
export function PortalApp(): JSX.Element {
  const api = useMemo(() => new PortalApi(), []);
  const account = useResource(() => api.account());
  const grants = useResource(() => api.grants());
  const keys = useResource(() => api.keys());
  const generations = useResource(() => api.generationPage(RECENT, ActivityFilter.NONE, null));
  const vault = useResource(() => api.vault.vault());
  const route = useRoute();
  const [toast, setToast] = useState<Toast | null>(null);
  const closeToast = useCallback(() => setToast(null), []);
  const View = VIEWS[route];
  return (
    <Shell route={route} account={account.data}>
      {route !== "keys" && <VaultBanner vault={vault.data} />}
      <View key={route} {...{ api, account, grants, keys, generations, vault, toast: setToast }} />
      <ProofDialog api={api} />
      <ToastBar toast={toast} close={closeToast} />
    </Shell>
  );
}

/** Follow the address's fragment; a new page starts at its heading. */
function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    window.addEventListener("hashchange", follow);
    follow(); // what changed between the first drawing and now was not heard
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    document.title = `${ROUTES.find(({ path }) => path === route)?.title ?? "Home"} · Satchel`;
    if (location.hash) document.querySelector<HTMLElement>("h1")?.focus();
    window.scrollTo(0, 0);
  }, [route]);
  return route;
}
