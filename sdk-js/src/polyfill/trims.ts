const FENCE = "```";

/** What a model writes around what was wanted, taken away while it streams: pieces go in, what is left comes out. */
export interface Trim {
  push(text: string): string;
  end(): string;
}

/** Take away the prefix that a model repeats. */
export function withoutPrefix(prefix: string): Trim {
  let held: string | undefined = "";
  const release = (text: string): string => {
    held = undefined;
    return text;
  };
  return {
    push(text) {
      if (held === undefined) return text;
      held += text;
      const start = held.trimStart();
      if (held.startsWith(prefix)) return release(held.slice(prefix.length));
      if (start.startsWith(prefix)) return release(start.slice(prefix.length));
      return prefix.startsWith(held) || prefix.startsWith(start) ? "" : release(held);
    },
    end: () => release(held ?? ""),
  };
}

/** Take away the fence of code that models put around JSON. */
export function withoutFence(): Trim {
  let opening: string | undefined = "";
  let isFenced = false;
  let tail = "";
  const unfold = (text: string): string => {
    if (!isFenced) return text;
    const whole = tail + text;
    const kept = whole.search(/\s*`*\s*$/);
    tail = whole.slice(kept);
    return whole.slice(0, kept);
  };
  return {
    push(text) {
      if (opening === undefined) return unfold(text);
      opening += text;
      const start = opening.trimStart();
      if (FENCE.startsWith(start.slice(0, FENCE.length)) && !start.includes("\n")) return "";
      isFenced = start.startsWith(FENCE);
      const rest = isFenced ? start.slice(start.indexOf("\n") + 1) : opening;
      opening = undefined;
      return unfold(rest);
    },
    end: () => (opening ?? tail).replace(/\s*```\s*$/, ""),
  };
}

/** Several of them, one after the other. */
export function chained(trims: readonly Trim[]): Trim {
  return {
    push: (text) => trims.reduce((rest, trim) => trim.push(rest), text),
    end: () => trims.reduce((rest, trim) => trim.push(rest) + trim.end(), ""),
  };
}
