import { RpcFailure } from "../wire/rpc-failure";
import { WorkerFault } from "../wire/worker-fault";
import { codeWords } from "./code-words";

/** What a failure says to the person, in their language where we know what it is. */
export function errorWords(problem: unknown): string {
  if (problem instanceof WorkerFault) return codeWords(problem.code, problem.message, problem.places);
  if (problem instanceof RpcFailure) return codeWords(problem.data?.satchelCode ?? null, problem.message);
  return problem instanceof Error ? problem.message : String(problem);
}
