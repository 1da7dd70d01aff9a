import type { CostFacts } from "./cost-facts";
import type { UsageFacts } from "./usage-facts";

/** How a generation ended, without its text: the page has kept that from the events. */
export interface GenerationEnd {
  id: string;
  finishReason: string;
  model: string;
  provider: string;
  usage: UsageFacts;
  cost: CostFacts;
}
