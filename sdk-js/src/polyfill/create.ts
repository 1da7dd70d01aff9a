import { CreateMonitor, tellProgress } from "./CreateMonitor.js";
import { fault } from "./fault.js";
import * as gate from "./gate.js";
import * as idl from "./idl.js";
import type { Availability, ModelSource } from "./ModelSource.js";
import { orAborted } from "./orAborted.js";

/** What distinguishes one of the specification's objects from the others when it is created. */
export interface Kind<O> {
  /** Its name in permissions policy. */
  feature: string;
  /** Read the options; throws what a wrong one rejects with. */
  read(options: Record<string, unknown>): O;
  /** The capabilities a model must have for them; null when no model can have them. */
  needs(options: O): readonly string[] | null;
}

/** What every object can be created with. */
export interface Creation {
  signal: AbortSignal | undefined;
}

/** Tell whether an object could be created. Source: Writing Assistance APIs, "compute AI model availability". */
export async function availability<O>(source: ModelSource, kind: Kind<O>, given: unknown): Promise<Availability> {
  gate.assertActive();
  const needs = kind.needs(kind.read(idl.dictionary(given, "options")));
  if (needs === null || !gate.isOpen(kind.feature)) return "unavailable";
  return source.availability(needs).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "NetworkError") return "unavailable";
    throw error;
  });
}

/**
 * Create an object. Where the person has not been asked yet, they are; that counts as the download of the specification.
 * Source: Writing Assistance APIs, "create an AI model object".
 */
export async function create<O, S>(
  source: ModelSource,
  kind: Kind<O>,
  given: unknown,
  build: (options: O & Creation) => Promise<S>,
): Promise<S> {
  gate.assertActive();
  const bag = idl.dictionary(given, "options");
  const signal = idl.signal(bag.signal);
  const options = { ...kind.read(bag), signal };
  signal?.throwIfAborted();
  if (!gate.isOpen(kind.feature)) throw fault("NotAllowedError", `This frame was not given ${kind.feature}.`);
  const progress = monitored(bag.monitor, signal);
  const created = async (): Promise<S> => {
    await makeAvailable(source, kind.needs(options), signal);
    progress(0);
    progress(1);
    return build(options);
  };
  return orAborted(signal, created());
}

function monitored(callback: unknown, signal: AbortSignal | undefined): (loaded: number) => void {
  if (callback === undefined) return () => undefined;
  if (typeof callback !== "function") throw new TypeError("monitor must be a function.");
  const monitor = new CreateMonitor();
  callback(monitor);
  return (loaded) => tellProgress(monitor, loaded, signal);
}

async function makeAvailable(
  source: ModelSource,
  needs: readonly string[] | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = needs === null ? "unavailable" : await source.availability(needs);
  if (found === "unavailable") throw fault("NotSupportedError", "No model of the person can do this here.");
  if (found === "available") return;
  if (!gate.spendActivation()) throw fault("NotAllowedError", "The person must act on the page before they are asked.");
  await source.allow(signal);
}
