/** `vite.config.ts` turns the backend's table of providers into this. */
declare module "@data/providers.toml" {
  export const providers: {
    id: string;
    name: string;
    base_url?: string;
    needs_key?: boolean;
    local?: boolean;
    key_page?: string;
  }[];
}
