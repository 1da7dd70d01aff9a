import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Gives the focus back to the button that opened something as soon as that has closed. Returns where the button belongs. */
export function useFocusBack(isOpen: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button;
}
