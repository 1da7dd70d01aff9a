"""Every route of the server, whichever room it is in: what a test that speaks of all routes goes through."""

from pathlib import Path
from typing import Any

from satchel.bootstrap.doors import Doors
from satchel.bootstrap.house import open_house
from satchel.settings import Settings

PORTAL = "/portal/api"


def routes_of(doors: Doors) -> set[tuple[str, str]]:
    """Return method and path, with names in braces, of all doors; those for resources once as the portal's pages call them, too."""
    found = {("POST", path) for path in doors.asgi._hot}
    routers: list[Any] = list(doors.management.routes)
    for router in routers:
        if not hasattr(router, "effective_route_contexts"):
            assert router.path == PORTAL, f"{router.path} is a route of a kind that no test of all routes knows"
            continue
        found |= {(method, route.path) for route in router.effective_route_contexts() for method in route.methods or ()}
    found |= {(method, PORTAL + path.removeprefix("/v1")) for method, path in found if path.startswith("/v1/")}
    return {(method, path) for method, path in found if method not in ("HEAD", "OPTIONS")}


async def routes(home: Path) -> set[tuple[str, str]]:
    """Return the routes of a server that is built for the question alone."""
    async with open_house(Settings(home=home, builtin_model="off", local_servers="off")) as house:
        return routes_of(Doors(house))
