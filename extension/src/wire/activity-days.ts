/** For how many days activity is kept: null for ever, 0 only what is counted. */
export type ActivityDays = null | 0 | 7 | 30 | 90;
