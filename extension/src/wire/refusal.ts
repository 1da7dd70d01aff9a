/** A request that was refused before it became a generation, so that no ledger tells of it. */
export interface Refusal {
  origin: string;
  code: string;
  message: string;
  at: number;
}
