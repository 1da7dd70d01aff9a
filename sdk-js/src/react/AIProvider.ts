import { createElement, type ReactNode, useEffect, useMemo, useState } from "react";
import type { Session } from "../auth/Session.js";
import type { Client } from "../Client.js";
import { createClient } from "../createClient.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import type { Connect } from "../Transport.js";
import { AIContext, type AIState, DETECTING } from "./AIContext.js";

/** What `AIProvider` takes. Hand in the same transport or client every time: another one connects anew. */
export interface AIProviderProps {
  /** How to reach Satchel; the extension by default. */
  transport?: Connect | undefined;
  /** A client that is there already, instead. */
  client?: Client | undefined;
  /** The session that the transport signs in with, so that `useAI` tells of it. */
  session?: Session | undefined;
  children?: ReactNode;
}

/** Connects once for everything below. On a server it renders its children and connects nothing. */
export function AIProvider({ transport, client, session, children }: AIProviderProps): ReactNode {
  const [found, setFound] = useState<AIState>(DETECTING);
  const [isSignedIn, setSignedIn] = useState(session?.isSignedIn ?? false);
  useEffect(() => {
    let current = true;
    const settle = (state: AIState) => current && setFound(state);
    settle(DETECTING);
    Promise.resolve(client ?? createClient({ transport })).then(
      (connected) => settle({ status: "connected", client: connected, error: undefined }),
      (cause: unknown) => settle({ status: "absent", client: undefined, error: toSatchelError(cause) }),
    );
    return () => {
      current = false;
    };
  }, [transport, client]);
  useEffect(() => {
    setSignedIn(session?.isSignedIn ?? false);
    return session?.onChange(setSignedIn);
  }, [session]);
  const isOut = found.status === "connected" && session !== undefined && !isSignedIn;
  const state = useMemo(() => (isOut ? { ...found, status: "signed-out" as const } : found), [found, isOut]);
  return createElement(AIContext.Provider, { value: state }, children);
}
