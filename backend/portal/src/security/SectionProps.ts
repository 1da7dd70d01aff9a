import type { Toast } from "../account/ViewProps";
import type { SecurityDoors } from "./SecurityDoors";

/** What every section of the security page is given. */
export interface SectionProps {
  doors: SecurityDoors;
  toast(toast: Toast): void;
}
