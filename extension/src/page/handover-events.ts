/** Names of the three events by which the private port changes hands at document_start. */
export const handoverEvents = {
  offer: "satchel:offer",
  taken: "satchel:taken",
  ready: "satchel:ready",
} as const;
