import type { DirectParts } from "../../src/direct/direct-runs";

/** A worker that has nothing near: the backend answers everything. */
export const noDirect: DirectParts = {
  routes: { concerns: () => false, find: async () => null, has: async () => false, isOn: async () => false },
  grant: async () => null,
  record: async () => null,
  preferred: async () => null,
  once: { drop: async () => undefined, keep: async () => undefined, of: async () => null, take: async () => null },
  activity: { add: async () => undefined },
  rate: { take: async () => null },
  stayAwake: () => () => undefined,
};
