/** One thing a page may do, as it is told: EIP-2255's shape with dollars and dates in it. */
export interface Permission {
  invoker: string;
  parentCapability: "model:prompt" | "model:tools" | "model:list";
  caveats: readonly { type: string; value: unknown }[];
  date: string | null;
}
