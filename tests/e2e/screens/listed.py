"""All screens, in the order of a person's life with Satchel. Axe, the keyboard and the pictures go through this list."""

from tests.e2e.screens import asking, beginning, mailing, managing, portal, trouble

SCREENS = (*beginning.SCREENS, *asking.SCREENS, *managing.SCREENS, *portal.SCREENS, *trouble.SCREENS, *mailing.SCREENS)
