/** One model that the person could use, as `GET /v1/models` lists it. */
export interface Model {
  id: string;
  name: string;
  /** Models of a person's own servers have none. */
  description: string | null;
  context_length: number | null;
  satchel: {
    provider: string;
    provider_name: string;
    key_label: string | null;
    /** Whether what is asked stays on this computer. */
    local: boolean;
    /** Where it runs; an older backend does not say. */
    place?: "computer" | "server" | "network" | "elsewhere";
    available: boolean;
    reason: string | null;
    capabilities: readonly string[];
    price: { input_usd_per_mtok: string; output_usd_per_mtok: string; as_of: string } | null;
    /** Whether the provider trains on what it is sent; an older backend does not say. */
    data_policy?: { training: "no" | "by_plan" | "unknown"; source: string | null };
    preferred: boolean;
    /** Answers on this computer without the backend, which does not list it. */
    direct?: true;
  };
}
