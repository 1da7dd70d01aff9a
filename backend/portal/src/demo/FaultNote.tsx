import type { JSX } from "preact";
import { TitledNote } from "../pieces/TitledNote";
import type { Fault } from "./explainFault";

/** A failure in words, with the codes a program would look at. */
export function FaultNote({ fault, moral }: { fault: Fault; moral?: string | undefined }): JSX.Element {
  return (
    <TitledNote kind="danger" icon="failed" title={fault.title}>
      <p>{fault.remedy}</p>
      {moral && <p>{moral}</p>}
      <p class="row wrap g1">
        {fault.code !== null && (
          <span class="tag mono" id="error-code">
            {fault.code}
          </span>
        )}
        {fault.satchelCode && <span class="tag mono">{fault.satchelCode}</span>}
      </p>
    </TitledNote>
  );
}
