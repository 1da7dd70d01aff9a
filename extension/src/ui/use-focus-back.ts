import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Gives the focus back to the button that opened something as soon as that has closed, before anything else can get it. Returns where the button belongs. */
export function useFocusBack(isOpen: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(isOpen);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button;
}
