/** The injected client's own interface, as `ai:announceProvider` hands it over. */
export interface InjectedProvider {
  request(
    call: { method: string; params?: object },
    options?: { signal?: AbortSignal; onEvent?: (event: unknown) => void },
  ): Promise<unknown>;
  on?(event: string, handler: (data: unknown) => void): unknown;
  off?(event: string, handler: (data: unknown) => void): unknown;
}

/** Tell whether a value can carry requests. */
export function isInjectedProvider(value: unknown): value is InjectedProvider {
  return typeof value === "object" && value !== null && typeof (value as InjectedProvider).request === "function";
}
