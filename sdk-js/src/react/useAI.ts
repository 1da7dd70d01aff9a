import { useContext } from "react";
import { AIContext, type AIState } from "./AIContext.js";

/** Tell where this page stands with the visitor's Satchel, and give the client. Needs an `AIProvider` above. */
export function useAI(): AIState {
  const state = useContext(AIContext);
  if (!state) throw new Error("useAI needs an <AIProvider> above it.");
  return state;
}
