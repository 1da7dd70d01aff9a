/** Make one of the platform's named errors. */
export function fault(name: string, message: string, cause?: unknown): DOMException {
  const error = new DOMException(message, name);
  return cause === undefined ? error : Object.assign(error, { cause });
}
