import { Icon } from "@ui/icon";
import type { Account } from "@wire/account";
import type { ComponentChildren, JSX } from "preact";
import { HomeLink } from "../pieces/HomeLink";
import { ON_NARROW, OWNERS, ROUTES, type Route } from "./routes";

/** Navigation around a page: a column on wide screens, a bar on top and one below on narrow ones. */
export function Shell(props: { route: Route; account: Account | null; children: ComponentChildren }): JSX.Element {
  const routes = props.account?.is_owner ? ROUTES : ROUTES.filter(({ path }) => path !== OWNERS);
  return (
    <>
      <button type="button" class="skip btn" onClick={skip}>
        Skip to content
      </button>
      <header class="topbar">
        <HomeLink href="#/home" />
        <div class="end">
          <SignOut />
        </div>
      </header>
      <div class="shell">
        <nav class="side" aria-label="Main">
          <div class="top">
            <HomeLink href="#/home" />
          </div>
          <Links routes={routes} route={props.route} className="nav" />
          <a class="nav" href="/demo">
            <Icon name="playground" />
            <span>Demo</span>
          </a>
          <div class="acct">
            <p class="t12 m2 cut acct-name">
              <bdi>{props.account?.email}</bdi>
            </p>
            <SignOut />
          </div>
        </nav>
        <main class="main" id="main" tabIndex={-1}>
          {props.children}
        </main>
      </div>
      <nav class="botbar" aria-label="Main, short">
        <Links routes={ROUTES.slice(0, ON_NARROW)} route={props.route} />
      </nav>
    </>
  );
}

function Links(props: { routes: readonly (typeof ROUTES)[number][]; route: Route; className?: string }): JSX.Element {
  const { routes, route, className } = props;
  return (
    <>
      {routes.map(({ path, title, icon }) => (
        <a key={path} class={className} href={`#/${path}`} aria-current={path === route ? "page" : undefined}>
          <Icon name={icon} />
          <span>{title}</span>
        </a>
      ))}
    </>
  );
}

/** A form and not a script: leaving works whatever else is broken. */
function SignOut(): JSX.Element {
  return (
    <form method="post" action="/sign-out">
      <button type="submit" class="btn sm quiet">
        Sign out
      </button>
    </form>
  );
}

/** The address's fragment names the page here, so a link into the page is a button. */
function skip(): void {
  document.getElementById("main")?.focus();
}
