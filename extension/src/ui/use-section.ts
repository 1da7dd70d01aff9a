import { useEffect, useState } from "preact/hooks";
import { OptionsSection } from "./options-section";

/** The part of the page that the address names, and the row that it opens; follows it. */
export function useSection(): { section: OptionsSection; item: string | null } {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener("hashchange", follow);
    follow(); // what changed between the first drawing and now was not heard
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return { section: OptionsSection.of(hash), item: OptionsSection.itemOf(hash) };
}
