import type { PortalApi } from "./PortalApi";
import { useResource } from "./useResource";

/** How models are called: by their name where the account still has them, else by their id. */
export function useModelNames(api: PortalApi): (id: string) => string {
  const models = useResource(() => api.models());
  const names = new Map(models.data?.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}
