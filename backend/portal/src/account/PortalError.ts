/** What a portal request failed with: the server's own words, and the stable code behind them. */
export class PortalError extends Error {
  readonly status: number;
  readonly satchelCode: string | null;
  readonly requestId: string | null;

  /** @param status The HTTP status; 0 when the server did not answer at all. */
  constructor(status: number, message: string, satchelCode: string | null = null, requestId: string | null = null) {
    super(message);
    this.name = "PortalError";
    this.status = status;
    this.satchelCode = satchelCode;
    this.requestId = requestId;
  }

  /** Tell whether the sign-in has ended. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** Parse an error body; anything else is told by its status alone. */
  static async of(response: Response): Promise<PortalError> {
    const body: unknown = await response.json().catch(() => null);
    const error = recordOf(recordOf(body).error);
    const metadata = recordOf(error.metadata);
    return new PortalError(
      response.status,
      textOf(error.message) ?? `The server answered ${response.status}.`,
      textOf(metadata.satchel_code),
      textOf(metadata.request_id),
    );
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
