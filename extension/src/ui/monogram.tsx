interface Props {
  text: string;
  /** 1–6 for sites; models and providers are neutral on purpose. */
  tint?: number;
  size?: "sm" | "lg";
}

/** A tile with one or two letters: sites and providers have no logos, and no favicon is fetched. */
export function Monogram({ text, tint, size }: Props) {
  const classes = ["mg", tint === undefined ? "" : `t${tint}`, size ?? ""].filter(Boolean).join(" ");
  return (
    <span class={classes} aria-hidden="true">
      {text}
    </span>
  );
}
