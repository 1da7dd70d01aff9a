import { SatchelError } from "./SatchelError.js";

/** The person said no or closed the window (4001), or this page may not ask at all (4100). */
export class PermissionDenied extends SatchelError {
  override readonly name: string = "PermissionDenied";
}
