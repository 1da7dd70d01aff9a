import { SatchelError } from "./SatchelError.js";

/** The person's budget for this page, or for everything, is used up (4020). */
export class BudgetExceeded extends SatchelError {
  override readonly name: string = "BudgetExceeded";
}
