import type { DirectParts } from "../../src/direct/direct-runs";

/** A worker that has nothing near: the backend answers everything. */
export const noDirect: DirectParts = {
  routes: { find: async () => null, isOn: async () => false },
  grant: async () => null,
  activity: { add: async () => undefined },
  rate: { take: async () => null },
  stayAwake: () => () => undefined,
};
