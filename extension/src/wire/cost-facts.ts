/** What one generation cost; `known: false` means nobody published a price, not that it was free. */
export interface CostFacts {
  usd: number;
  known: boolean;
}
