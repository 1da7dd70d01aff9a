import type { RpcError } from "./rpc-error";

/** An error that is meant for the page: thrown anywhere below the router, sent as it is. */
export class RpcFailure extends Error {
  readonly code: number;
  readonly data: RpcError["data"];

  constructor(code: number, message: string, data?: RpcError["data"], options?: ErrorOptions) {
    super(message, options);
    this.name = "RpcFailure";
    this.code = code;
    this.data = data;
  }

  /** The same failure as plain data. */
  toWire(): RpcError {
    return this.data === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: this.data };
  }
}
