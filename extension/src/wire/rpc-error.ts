import type { ProviderBody } from "../../../sdk-js/src/errors/ProviderBody";
import type { CostFacts } from "./cost-facts";
import type { UsageFacts } from "./usage-facts";

/** An error as it travels to a page: never a stack, a key or a prompt. */
export interface RpcError {
  code: number;
  message: string;
  data?: {
    satchelCode?: string;
    provider?: string | null;
    status?: number | null;
    message?: string;
    /** The field at fault, in OpenAI's spelling. */
    param?: string;
    body?: ProviderBody;
    retryAfterS?: number | null;
    retryable?: boolean;
    usage?: UsageFacts | null;
    cost?: CostFacts | null;
  };
}
