import { originParts } from "./origin-parts";

/** An origin as text: left to right whatever surrounds it, the registrable name in bold, never a link out. */
export function OriginName({ origin, scheme = false }: { origin: string; scheme?: boolean }) {
  const parts = originParts(origin);
  return (
    <bdi class="origin" dir="ltr">
      {scheme && <i>{parts.scheme}</i>}
      {parts.before}
      <b>{parts.registrable}</b>
      {parts.port}
    </bdi>
  );
}
