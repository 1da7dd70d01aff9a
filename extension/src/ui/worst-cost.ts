import type { Model } from "../wire/model";

interface Size {
  inputBytes: number;
  maxTokens: number | null;
  requests: number;
}

const NUSD_PER_USD = 1_000_000_000;
const MTOK = 1_000_000;
const OUTPUT_IF_UNSAID = 4_096;

/**
 * The most a question's requests can cost with a model, in nano-dollars; null when nobody knows the price.
 *
 * No tokenizer makes more tokens than there are bytes, so bytes bound the input; the output is bound by what the page
 * asked for, or by 4,096 tokens a request, and never by more than the model's own window.
 */
export function worstCost(model: Model, size: Size): number | null {
  const { price } = model.satchel;
  if (price === null) return null;
  const room = (model.context_length ?? Number.POSITIVE_INFINITY) * size.requests;
  const input = Math.min(size.inputBytes, room);
  const output = Math.min(size.maxTokens ?? OUTPUT_IF_UNSAID * size.requests, room);
  const usd = (input * Number(price.input_usd_per_mtok) + output * Number(price.output_usd_per_mtok)) / MTOK;
  return Math.ceil(usd * NUSD_PER_USD);
}
