import type { Generation } from "../Generation.js";
import type { AnswerEvents } from "./AnswerEvents.js";

/** Answer with a stream of events. Waits for the first part, so that a refusal is a status and not an event. */
export async function streamAnswer(answer: Generation, events: AnswerEvents): Promise<Response> {
  const parts = answer[Symbol.asyncIterator]();
  let held: Awaited<ReturnType<typeof parts.next>> | undefined = await parts.next();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        let text = "";
        while (!text) {
          const next: Awaited<ReturnType<typeof parts.next>> = held ?? (await parts.next());
          held = undefined;
          text = next.done ? events.end(await answer) : events.add(next.value);
          if (next.done) queueMicrotask(() => controller.close());
        }
        controller.enqueue(new TextEncoder().encode(text));
      } catch (error) {
        controller.error(error);
      }
    },
    cancel: () => answer.stop(),
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}
