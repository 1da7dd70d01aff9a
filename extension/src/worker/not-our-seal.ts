/** What was kept was sealed by another profile, or its key was cleared away: it can never be read again. */
export class NotOurSeal extends Error {}
