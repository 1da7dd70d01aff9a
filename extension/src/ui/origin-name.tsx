import { Fragment } from "preact";
import { originParts } from "./origin-parts";

/** An origin as text: left to right whatever surrounds it, the registrable name in bold, never a link out. It breaks at its joints first. */
export function OriginName({ origin, scheme = false }: { origin: string; scheme?: boolean }) {
  const parts = originParts(origin);
  return (
    <bdi class="origin" dir="ltr">
      {scheme && <i>{parts.scheme}</i>}
      {jointed(parts.before)}
      <b>{jointed(parts.registrable)}</b>
      {parts.port !== "" && <wbr />}
      {parts.port}
    </bdi>
  );
}

/** A place to break after each dot: a line that ends in the middle of a name reads as another name. */
function jointed(name: string) {
  return name.split(/(?<=\.)(?=.)/).map((label, at) => (
    <Fragment key={label + at}>
      {at > 0 && <wbr />}
      {label}
    </Fragment>
  ));
}
