import { fault } from "./fault.js";

interface Policy {
  features(): string[];
  allowsFeature(name: string): boolean;
}

/**
 * Who may use the objects: documents that are alive, at the top or in frames of the same origin, and frames of others that were given
 * the feature by `allow`. Where the browser does not know the feature, frames of other origins may not: nobody can see what they were given.
 */

/** Throw `InvalidStateError` where the document is gone. */
export function assertActive(): void {
  if (typeof document !== "undefined" && document.defaultView === null) {
    throw fault("InvalidStateError", "The document is not shown any more.");
  }
}

/** Tell whether this document may use a feature of permissions policy. */
export function isOpen(feature: string): boolean {
  if (typeof window === "undefined" || typeof document === "undefined") return true;
  if (self.origin === "null") return false;
  const policy = (document as { featurePolicy?: Policy }).featurePolicy;
  if (policy?.features().includes(feature)) return policy.allowsFeature(feature);
  return isOfOneOrigin();
}

const ACTS = ["keydown", "pointerdown"];
let isSpent = false;

/**
 * Use up what the person has just done on the page; false where they did nothing, or it was used already. A script cannot consume
 * the browser's own activation, so we remember that it was used until they act again. Browsers that do not say are believed to.
 */
export function spendActivation(): boolean {
  if (typeof navigator === "undefined" || navigator.userActivation === undefined) return true;
  if (isSpent || !navigator.userActivation.isActive) return false;
  isSpent = true;
  const acted = ({ isTrusted }: Event) => {
    if (!isTrusted) return;
    isSpent = false;
    for (const act of ACTS) removeEventListener(act, acted, true);
  };
  for (const act of ACTS) addEventListener(act, acted, true);
  return true;
}

/** Tell whether every document around this one has its origin. */
function isOfOneOrigin(): boolean {
  try {
    for (let frame: Window = window; frame !== frame.parent; frame = frame.parent) {
      if (frame.parent.origin !== self.origin) return false;
    }
    return true;
  } catch {
    return false;
  }
}
