import { useCallback, useEffect, useState } from "react";
import type { Permissions } from "../Client.js";
import { useAI } from "./useAI.js";

/** What `usePermission` gives. */
export interface UsePermission extends Permissions {
  /** Look again, for instance after the first answer. */
  refresh(): Promise<void>;
}

const UNKNOWN: Permissions = { state: "prompt", capabilities: [], permissions: [] };

/** Tell whether this page may use the person's models, and hear of changes. Asks nobody; the first question does. */
export function usePermission(): UsePermission {
  const { client, status } = useAI();
  const [permission, setPermission] = useState(UNKNOWN);
  const refresh = useCallback(async () => {
    setPermission((await client?.getPermissions().catch(() => undefined)) ?? UNKNOWN);
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: signing in and out changes what may be done
  useEffect(() => {
    void refresh();
    return client?.on("permissionsChanged", () => void refresh());
  }, [client, refresh, status]);
  return { ...permission, refresh };
}
