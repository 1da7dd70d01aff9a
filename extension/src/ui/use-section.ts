import { useEffect, useState } from "preact/hooks";
import { OptionsSection } from "./options-section";

/** The part of the page that the address names; follows it. */
export function useSection(): OptionsSection {
  const [section, setSection] = useState(() => OptionsSection.of(location.hash));
  useEffect(() => {
    const follow = () => setSection(OptionsSection.of(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return section;
}
