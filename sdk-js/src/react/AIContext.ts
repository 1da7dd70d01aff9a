import { type Context, createContext } from "react";
import type { Client } from "../Client.js";

/** Where a page stands with the visitor's Satchel. */
export type AIState =
  /** Still looking; also what a server renders. */
  | { status: "detecting"; client: undefined; error: undefined }
  /** No way to a model; `error` says why. */
  | { status: "absent"; client: undefined; error: Error }
  /** Nobody is signed in yet; asking signs in, so do it after a click. */
  | { status: "signed-out"; client: Client; error: undefined }
  /** There is a client to ask. Whether this page may is another question: `usePermission`. */
  | { status: "connected"; client: Client; error: undefined };

export const DETECTING: AIState = { status: "detecting", client: undefined, error: undefined };

export const AIContext: Context<AIState | undefined> = createContext<AIState | undefined>(undefined);
