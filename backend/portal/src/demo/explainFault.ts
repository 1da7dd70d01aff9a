import {
  BudgetExceeded,
  ExtensionMissing,
  InvalidRequest,
  NotConnected,
  PermissionDenied,
  ProviderFailed,
  RateLimited,
  SatchelError,
} from "satchel";

/** An error as this page shows it: what happened, who acts, and the codes a program would look at. */
export interface Fault {
  title: string;
  remedy: string;
  code: number | null;
  satchelCode: string | null;
}

/** Put any failure of the SDK into words. */
export function explainFault(error: unknown): Fault {
  const [title, remedy] = words(error);
  const known = error instanceof SatchelError;
  return {
    title,
    remedy,
    code: known ? error.code : null,
    satchelCode: (known && error.satchelCode) || null,
  };
}

function words(error: unknown): [title: string, remedy: string] {
  if (error instanceof ExtensionMissing) return ["No extension answered.", "Install it, then reload this page."];
  if (error instanceof NotConnected)
    return ["Satchel is not connected.", "Open Satchel in the toolbar and connect it to your backend."];
  if (error instanceof PermissionDenied) return denied(error);
  if (error instanceof BudgetExceeded)
    return [
      "Your budget does not cover this request.",
      `Nothing was charged. Satchel says: ${sentence(error.shortMessage)}`,
    ];
  if (error instanceof RateLimited) return ["Too many requests.", wait(error.retryAfterS)];
  if (error instanceof ProviderFailed)
    return [`${error.provider ?? "The provider"} failed.`, sentence(error.data.message ?? error.shortMessage)];
  if (error instanceof InvalidRequest) return invalid(error);
  if (error instanceof SatchelError) return ["Satchel broke.", sentence(error.shortMessage)];
  return ["This page broke.", error instanceof Error ? sentence(error.message) : String(error)];
}

function denied(error: PermissionDenied): [string, string] {
  if (error.code === 4001) return ["You said no.", "No model was asked and nothing was charged."];
  if (error.satchelCode === "origin_blocked")
    return ["This page may not ask.", "It is blocked. Allow it in Satchel’s popup, or under Sites."];
  if (error.satchelCode === "model_not_granted")
    return ["You allowed this page another model.", `${sentence(error.shortMessage)} Change that under Sites.`];
  return ["This page may not ask.", sentence(error.shortMessage)];
}

function invalid(error: InvalidRequest): [string, string] {
  return error.satchelCode === "unknown_model"
    ? ["You have no such model.", `${sentence(error.shortMessage)} A page names another one, or none.`]
    : ["The page must change its request.", sentence(error.shortMessage)];
}

function wait(seconds: number | undefined): string {
  return seconds ? `Try again in ${Math.ceil(seconds)} s.` : "Try again in a moment.";
}

function sentence(text: string): string {
  return /[.!?…”"]$/.test(text) ? text : `${text}.`;
}
