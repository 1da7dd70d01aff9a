/** The numeric codes a page may see; docs/reference/page-protocol.md says what each means. */
export const RpcCode = {
  rejected: 4001,
  budgetExceeded: 4020,
  unauthorized: 4100,
  unsupported: 4200,
  rateLimited: 4290,
  providerFailed: 4300,
  disconnected: 4900,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const;

export type RpcCode = (typeof RpcCode)[keyof typeof RpcCode];
