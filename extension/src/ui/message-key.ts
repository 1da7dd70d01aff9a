import type { Messages } from "./language";

type Name = keyof Messages;

/** The name of a message; one that counts goes without the `_one` and `_other` of its forms. */
export type MessageKey =
  | Exclude<Name, `${string}_one` | `${string}_other`>
  | (Name extends infer Each ? (Each extends `${infer Base}_other` ? Base : never) : never);
