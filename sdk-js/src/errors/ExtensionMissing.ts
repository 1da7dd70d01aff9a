import { NotConnected } from "./NotConnected.js";

/** No extension answered: it is not installed, or it may not run on this page (4900). */
export class ExtensionMissing extends NotConnected {
  override readonly name: string = "ExtensionMissing";

  constructor(timeoutMs: number) {
    super(4900, `No Satchel extension answered within ${timeoutMs} ms. Is it installed and allowed on this page?`, {
      satchelCode: "extension_missing",
    });
  }
}
