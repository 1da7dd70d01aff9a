type Say = (text: string) => void;

/**
 * Make the stream of a call: what `produce` says, piece by piece. It fails with the signal's reason, or with what `produce` failed with; a
 * reader who cancels stops `produce` by the signal that it was given.
 */
export function toStream(
  signal: AbortSignal,
  produce: (say: Say, signal: AbortSignal) => Promise<unknown>,
): ReadableStream<string> {
  const left = new AbortController();
  const ends = AbortSignal.any([signal, left.signal]);
  return new ReadableStream<string>({
    start(controller) {
      const fail = () => controller.error(signal.reason);
      signal.addEventListener("abort", fail, { once: true });
      const say: Say = (text) => {
        if (!ends.aborted && text !== "") controller.enqueue(text);
      };
      produce(say, ends)
        .then(
          () => !ends.aborted && controller.close(),
          (error) => controller.error(error),
        )
        .finally(() => signal.removeEventListener("abort", fail));
    },
    cancel: () => left.abort(),
  });
}
