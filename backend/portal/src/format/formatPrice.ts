import type { Model } from "@wire/model";

/** Show a price per million tokens, input / output: `$3.00 / $15.00`; `free` when both are nothing. */
export function formatPrice(price: Model["satchel"]["price"]): string {
  if (price === null) return "price unknown";
  const [input, output] = [Number(price.input_usd_per_mtok), Number(price.output_usd_per_mtok)];
  if (input === 0 && output === 0) return "free";
  return `${dollars(input)} / ${dollars(output)}`;
}

function dollars(usd: number): string {
  const digits = Math.max(2, (String(usd).split(".")[1] ?? "").length);
  return `$${usd.toFixed(Math.min(digits, 6))}`;
}
