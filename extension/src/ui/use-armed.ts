import { useEffect, useState } from "preact/hooks";

const ARM_AFTER_MS = 600;

/**
 * False until the window has had the focus and stood still for 600 ms, and again whenever it regains the focus, is
 * resized, was covered, or shows something else (`shown`): a click that was aimed at something else must not land on a
 * yes.
 */
export function useArmed(shown: unknown): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const disarm = () => {
      clearTimeout(timer);
      setArmed(false);
    };
    const arm = () => {
      disarm();
      if (document.visibilityState === "visible") timer = setTimeout(() => setArmed(true), ARM_AFTER_MS);
    };
    arm();
    const events = [
      ["focus", arm],
      ["blur", disarm],
      ["resize", arm],
    ] as const;
    for (const [name, handler] of events) window.addEventListener(name, handler);
    document.addEventListener("visibilitychange", arm);
    return () => {
      clearTimeout(timer);
      for (const [name, handler] of events) window.removeEventListener(name, handler);
      document.removeEventListener("visibilitychange", arm);
    };
  }, [shown]);
  return armed;
}
