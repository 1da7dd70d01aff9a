import type { IconName } from "../pieces/IconName";

/** The portal's pages, in the order of the navigation. */
export const ROUTES = [
  { path: "home", title: "Home", icon: "home" },
  { path: "activity", title: "Activity", icon: "activity" },
  { path: "sites", title: "Sites", icon: "globe" },
  { path: "keys", title: "Keys", icon: "key" },
  { path: "security", title: "Security", icon: "shield" },
  { path: "tokens", title: "Tokens", icon: "token" },
  { path: "invitations", title: "Invitations", icon: "users" },
  { path: "audit", title: "What happened", icon: "clock" },
] as const satisfies readonly { path: string; title: string; icon: IconName }[];

/** How many of them a narrow screen's bar has room for. */
export const ON_NARROW = 5;

/** Who is not the owner is not shown this page: nobody else invites. */
export const OWNERS: Route = "invitations";

/** One of the pages. */
export type Route = (typeof ROUTES)[number]["path"];

/** Read the page from an address's fragment, without what is asked of it; what is unknown is Home. */
export function routeOf(hash: string): Route {
  const [name] = hash.split("?");
  return ROUTES.find(({ path }) => name === `#/${path}`)?.path ?? "home";
}
