import { type ButtonHTMLAttributes, createElement, type ReactNode, useEffect, useRef, useState } from "react";
import type { Session } from "../auth/Session.js";
import { toSatchelError } from "../errors/toSatchelError.js";

/** What `SignInButton` takes besides a button's own properties. */
export interface SignInButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "onError"> {
  session: Session;
  /** Told what went wrong; a no of the person too. */
  onError?: ((error: Error) => void) | undefined;
}

/** A plain button that signs in and out. Pressing it while it waits starts over: a window that was closed cannot be seen. */
export function SignInButton({ session, onError, children, ...rest }: SignInButtonProps): ReactNode {
  const [isSignedIn, setSignedIn] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const attempt = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    setSignedIn(session.isSignedIn);
    return session.onChange(setSignedIn);
  }, [session]);
  useEffect(() => () => attempt.current?.abort(), []);

  const press = async () => {
    attempt.current?.abort();
    const mine = new AbortController();
    attempt.current = mine;
    setWaiting(true);
    try {
      await (session.isSignedIn ? session.signOut() : session.signIn(mine.signal));
    } catch (cause) {
      if (!mine.signal.aborted) onError?.(toSatchelError(cause));
    }
    if (attempt.current === mine) setWaiting(false);
  };
  const words = isWaiting ? "Waiting for Satchel" : isSignedIn ? "Sign out" : "Sign in with Satchel";
  return createElement(
    "button",
    { type: "button", "aria-busy": isWaiting, ...rest, onClick: press },
    children ?? words,
  );
}
