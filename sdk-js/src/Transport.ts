/** One request of the page protocol. */
export interface TransportRequest {
  method: string;
  params?: object;
  signal?: AbortSignal;
  /** Called with each event of the request, in order, before the promise settles. */
  onEvent?: (event: unknown) => void;
}

/** A way to reach Satchel. Everything that comes back is parsed by the client, so a transport only carries it. */
export interface Transport {
  /** Carry one request; settle always, with the result or with an error that has a numeric `code`. */
  request(call: TransportRequest): Promise<unknown>;
  /** Listen to pushes; returns what stops listening. */
  subscribe(event: string, handler: (data: unknown) => void): () => void;
}

/** Opens a transport; what `createClient` takes. Rejects with `NotConnected` where there is none, so that `fallback` goes on. */
export type Connect = (options: { timeoutMs: number }) => Promise<Transport>;
