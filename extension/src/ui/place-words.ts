import type { Model } from "../wire/model";
import { t } from "./t";

/** Where a model of the person's own runs, `here` for this computer; empty for one at a provider. */
export function placeWords({ satchel: { local, place } }: Model, here: string): string {
  if (local) return here;
  return place === "server" || place === "network" ? t(`model_at_${place}`) : "";
}
